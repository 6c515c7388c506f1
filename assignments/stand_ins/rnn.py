"""The grader's own pieces for the other stages, so that one slip costs its own points and no others.

No secret, and seen by the submission whose piece they replace, but not handed out: some of them would be
answers. Where a function uses another one and fails, it is run again with these in the other one's place.
They lean on torch's own layers, which the exercises from scratch do not accept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

State = tuple[Tensor, Tensor]


class VanillaRNN(nn.Module):
    """nn.RNN with a linear layer, called as the handout's VanillaRNN."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.rnn = nn.RNNCell(input_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor, h_prev: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        h = x.new_zeros(x.shape[0], self.hidden_size) if h_prev is None else h_prev
        states = []
        for step in x.unbind(dim=1):
            h = self.rnn(step, h)
            states.append(h)
        return self.W_hy(h), states


class LSTMCell(nn.Module):
    """nn.LSTMCell, called as the handout's LSTMCell."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.cell = nn.LSTMCell(input_size, hidden_size)

    def forward(self, x: Tensor, states: State | None = None) -> State:
        h, c = self.cell(x, states)
        return h, c


class GRUCell(nn.Module):
    """nn.GRUCell, called as the handout's GRUCell; it applies the reset gate after the product."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.cell = nn.GRUCell(input_size, hidden_size)

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        result: Tensor = self.cell(x, h)
        return result


class SimpleLSTM(nn.Module):
    """LSTMCell over a sequence and a linear layer, called as the handout's SimpleLSTM."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor, states: State | None = None) -> Tensor:
        for step in x.unbind(dim=1):
            states = self.lstm_cell(step, states)
        assert states is not None
        result: Tensor = self.fc(states[0])
        return result


def build_vocab(texts: Iterable[str], min_freq: int = 1) -> dict[str, int]:
    """Words in order of the alphabet."""
    counts = Counter(word for text in texts for word in text.lower().split())
    kept = sorted(word for word in counts if counts[word] >= min_freq)
    return {word: number for number, word in enumerate(["<PAD>", "<UNK>", *kept])}


def text_to_indices(text: str, vocab: dict[str, int], max_len: int = 20) -> list[int]:
    """Exactly max_len ids."""
    ids = [vocab.get(word, 1) for word in text.lower().split()[:max_len]]
    return ids + [0] * (max_len - len(ids))


class SentimentDataset(Dataset[tuple[Tensor, Tensor]]):
    """Pairs of ids and a label."""

    def __init__(self, texts: Any, labels: Any) -> None:
        self.texts = torch.as_tensor(texts).long()
        self.labels = torch.as_tensor(labels).long()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.texts[index], self.labels[index]


class SentimentLSTM(nn.Module):
    """Embedding, bidirectional LSTM of two layers, linear layer."""

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, output_dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.lstm(self.embedding(x))[1][0]
        result: Tensor = self.fc(self.dropout(torch.cat((h[-2], h[-1]), dim=-1)))
        return result


def train_epoch(model: nn.Module, dataloader: Any, optimizer: Any, criterion: Any) -> tuple[float, float]:
    """One pass with learning."""
    model.train()
    return _pass(model, dataloader, criterion, optimizer)


def evaluate(model: nn.Module, dataloader: Any, criterion: Any) -> tuple[float, float]:
    """One pass without."""
    model.eval()
    with torch.no_grad():
        return _pass(model, dataloader, criterion, None)


def _pass(model: nn.Module, dataloader: Any, criterion: Any, optimizer: Any) -> tuple[float, float]:
    losses: list[float] = []
    hits: list[Tensor] = []
    for ids, labels in dataloader:
        logits = model(ids)
        loss = criterion(logits, labels)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(float(loss.detach()))
        hits.append(logits.argmax(dim=1) == labels)
    return sum(losses) / len(losses), float(torch.cat(hits).double().mean())


def count_parameters(module: nn.Module) -> int:
    """Every parameter once."""
    return sum(parameter.numel() for parameter in module.parameters())


_ALL: Sequence[Any] = (
    count_parameters,
    VanillaRNN,
    LSTMCell,
    GRUCell,
    SimpleLSTM,
    build_vocab,
    text_to_indices,
    SentimentDataset,
    SentimentLSTM,
    train_epoch,
    evaluate,
)
STAND_INS: dict[str, Any] = {piece.__name__: piece for piece in _ALL}
