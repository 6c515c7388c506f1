"""Small models whose weights the grader sets by hand, and spies. They are public and hold no answers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.case import Case
from autograder.subject import ContractError

CLASSES = 3


class ModeDropout(nn.Module):
    """Dropout whose pattern is always the same: in training mode every other number is dropped."""

    def forward(self, x: Tensor) -> Tensor:
        """[B, E] as it is in evaluation mode; half of it doubled and half of it zero in training mode."""
        if not self.training:
            return x
        mask = torch.zeros_like(x)
        mask[:, 1::2] = 2.0  # what decides in Deciding is kept and doubled
        return x * mask


class Bag(nn.Module):
    """Embedding, sum over the words, tanh, linear layer to three classes; with ``dropout`` also a ModeDropout.

    It writes down what it was asked: the logits and, in ``events``, the mode of each call and whether its
    logits had a graph.
    """

    def __init__(self, case: Case, *, dropout: bool = False) -> None:
        super().__init__()
        self.embedding = nn.Embedding(case.vocab_size, case.embedding_dim, dtype=torch.float64)
        self.dropout = ModeDropout() if dropout else nn.Identity()
        self.fc = nn.Linear(case.embedding_dim, CLASSES, dtype=torch.float64)
        with torch.no_grad():
            vectors = case.normal("embedding.weight", case.vocab_size, case.embedding_dim)
            self.embedding.weight.copy_(vectors - vectors.mean(dim=0))
            columns = torch.linalg.qr(case.normal("fc.weight", case.embedding_dim, CLASSES)).Q
            self.fc.weight.copy_(columns.mT)  # at right angles and of one length: no class is rare
            self.fc.bias.copy_(case.normal("fc.bias", CLASSES, scale=0.1))
        self.events: list[list[Any]] = []
        self.logits: list[Tensor] = []

    def forward(self, ids: Tensor) -> Tensor:
        """Logits [B, 3] for ids [B, T]."""
        logits: Tensor = self.fc(self.dropout(torch.tanh(self.embedding(_batch(ids)).sum(dim=1))))
        self.events.append(["forward", self.training, logits.requires_grad])
        self.logits.append(logits.detach().clone())
        return logits

    def clean(self) -> bool:
        """No gradient of an earlier batch is left."""
        return all(p.grad is None or not bool(p.grad.any()) for p in self.parameters())


class Criterion(nn.Module):
    """Cross entropy with label smoothing; it writes down its values, and when someone goes backward."""

    def __init__(self, model: Bag) -> None:
        super().__init__()
        self.inner = nn.CrossEntropyLoss(label_smoothing=0.2)
        self.losses: list[float] = []
        self.sizes: list[int] = []
        self._model = [model]  # in a list, so that it is not a part of this module

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean loss of a batch."""
        loss: Tensor = self.inner(logits, labels)
        model = self._model[0]
        self.losses.append(loss.item())
        self.sizes.append(len(labels))
        if loss.requires_grad:
            loss.register_hook(lambda gradient: model.events.append(["backward", model.clean()]))
        return loss


class Steps(torch.optim.SGD):
    """SGD that writes down its steps."""

    def __init__(self, model: Bag, lr: float) -> None:
        super().__init__(model.parameters(), lr=lr)
        self._events = model.events

    def step(self, closure: Any = None) -> Any:
        """One step. A closure does its zero_grad, forward and backward first, as torch's optimisers have it."""
        given = None
        if closure is not None:
            with torch.enable_grad():
                given = closure()
        self._events.append(["step"])
        super().step()
        return given


def loader(case: Case) -> DataLoader[tuple[Tensor, ...]]:
    """Batches of 4 in a fixed order; the last one has a single text.

    Of many texts those are taken that a new Bag predicts in turn as class 2, 0 and 1. It is right about
    most of each class, so a loop shows that knows two classes only or takes a mean of means, and wrong about
    the last text, whose gradient is longer than 1 and shorter than 5.
    """
    many = case.integers("ids", 50 * case.texts, case.time, high=case.vocab_size)
    with torch.no_grad():
        predicted = Bag(case)(many).argmax(dim=1)
    turn = [(2, 0, 1)[number % CLASSES] for number in range(case.texts)]
    chosen = [int((predicted == c).nonzero()[number // CLASSES]) for number, c in enumerate(turn)]
    wrong = [number == case.texts - 1 or (number % 2 == 1 and c != 2 and number < 8) for number, c in enumerate(turn)]
    labels = [(c + 1) % CLASSES if slip else c for c, slip in zip(turn, wrong, strict=True)]
    return DataLoader(TensorDataset(many[chosen], torch.tensor(labels)), batch_size=4)


class Deciding(nn.Module):
    """A classifier in which each word has a strength, and the strongest words decide.

    A word's vector has its strength s in one direction, and in the others numbers that do nothing, the
    larger the weaker the word is: the length of a vector tells nothing. The evidence is the sum of s * |s|
    / 2 over the words: gradients, products and leaving a word out all grow with |s|. Words without
    strength, "<PAD>" and "<UNK>" are neutral. Logits: [-evidence, evidence].
    """

    def __init__(self, strengths: dict[str, float], case: Case) -> None:
        super().__init__()
        self.vocab = {word: number for number, word in enumerate(("<PAD>", "<UNK>", *strengths))}
        self.embedding = nn.Embedding(len(self.vocab), 4, padding_idx=0, dtype=torch.float64)
        self.dropout = ModeDropout()
        self.direction = nn.Parameter(torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64))
        with torch.no_grad():
            strength = torch.tensor(list(strengths.values()), dtype=torch.float64)
            vectors = nn.functional.normalize(case.normal("vectors", len(strengths), 4).double(), dim=1)
            self.embedding.weight.zero_()
            self.embedding.weight[2:] = vectors / strength.abs().unsqueeze(1)
            self.embedding.weight[2:, 3] = strength

    def forward(self, ids: Tensor) -> Tensor:
        """Logits [B, 2] for ids [B, T]."""
        strength = self.dropout(self.embedding(_batch(ids)).flatten(0, 1)).view(*ids.shape, 4) @ self.direction
        evidence = (self.places(ids.shape[1]) * strength * strength.abs()).sum(dim=1) / 2
        return torch.stack([-evidence, evidence], dim=1)

    def places(self, count: int) -> Tensor:
        """How much each place of a text counts."""
        return torch.ones(count, dtype=torch.float64)


class Late(Deciding):
    """A classifier for which the first four words hardly count."""

    def places(self, count: int) -> Tensor:
        """Next to nothing at the beginning, then 1."""
        places = torch.ones(count, dtype=torch.float64)
        places[:4] = 1e-4
        return places


class Reading(nn.Module):
    """A classifier that reads in order, as an LSTM does: what a word says depends on its place.

    Padding and unknown words say something too. Logits: [1/2 - evidence, 1/2 + evidence].
    """

    def __init__(self, strengths: dict[str, float]) -> None:
        super().__init__()
        self.vocab = {word: number for number, word in enumerate(("<PAD>", "<UNK>", *strengths))}
        given = torch.tensor([-0.002, -0.5, *strengths.values()], dtype=torch.float64)
        self.embedding = nn.Embedding.from_pretrained(given.unsqueeze(1), freeze=False)
        self.dropout = ModeDropout()

    def forward(self, ids: Tensor) -> Tensor:
        """Logits [B, 2] for ids [B, T]."""
        strength = self.dropout(self.embedding(_batch(ids)).squeeze(2))
        places = 1 / (1 + torch.arange(ids.shape[1], dtype=torch.float64) / 4)
        evidence = strength @ places
        return torch.stack([0.5 - evidence, 0.5 + evidence], dim=1)


def _batch(ids: Any) -> Tensor:
    if not isinstance(ids, Tensor) or ids.dim() != 2 or ids.dtype not in (torch.int64, torch.int32):
        shape = f"{ids.dtype} of shape {tuple(ids.shape)}" if isinstance(ids, Tensor) else type(ids).__name__
        raise ContractError(
            f"the model was called with {shape}; it takes word ids, int64, of shape [B, T]. "
            "For one text, add the batch dimension: torch.tensor([ids])."
        )
    return ids
