"""What the grader does to see a classifier learn: it trains, then reads logits for texts without labels."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.case import Case
from autograder.subject import ContractError, describe

EPOCHS, BATCH, RATE, SIZE = 10, 32, 5e-3, 32
IMPROVED_EPOCHS = 7
WIDTHS = 20, 32  # of words and of states: some unit of a ReLU acts, and heads of attention divide both
CURVES = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
FEW, SHORT, AT_MOST = 120, 2, 10  # texts and epochs of a short run, and seconds of the long one that leave time for it


def trained_accuracy(code: Any, case: Case) -> dict[str, Any]:
    """Train on ``texts`` and ``labels``; logits [N, 2] for ``hidden_texts``.

    ``own``: from the model that train_sentiment returns. Where that is missing, crashes or has not even
    learnt its training texts, ``pieces``: from a model that the grader's own loop trained with the
    submission's other functions. ``short:…``, ``again:…``, ``other:…``: the histories of three short runs, the
    first two with the same seed.
    """
    torch.set_default_dtype(torch.float32)
    texts, labels, hidden = (case.values[name] for name in ("texts", "labels", "hidden_texts"))
    try:
        values, fit = _own(code, case, texts, labels, hidden)
    except Exception as error:
        if _all_ours(code):
            raise
        try:
            pieces = train_with_pieces(code, case, texts, labels)
            said = str(error) if isinstance(error, ContractError) else _place(error)
            return {"own_failed": said, "pieces": _logits(code, *pieces, hidden)}
        except Exception:
            raise error from None
    if fit < 0.7 and not _all_ours(code):  # worth another look; the judgement is made elsewhere
        try:
            values["pieces"] = _logits(code, *train_with_pieces(code, case, texts, labels), hidden)
        except Exception as error:
            values["pieces_failed"] = _place(error)
    return values


def _place(error: Exception) -> str:
    """The kind of an exception and the last line of the submission that it came through."""
    ours = (str(Path(__file__).parent), str(Path(torch.__file__).parent))
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(ours)]
    place = f" in {frames[-1].name}, {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _all_ours(code: Any) -> bool:
    """The pieces are the grader's own: training with them would show nothing of the submission."""
    try:
        return any(piece.__module__.endswith(".stand_ins") for piece in (code.SentimentLSTM, code.train_epoch))
    except Exception:
        return False


def _own(code: Any, case: Case, texts: list[str], labels: list[int], hidden: list[str]) -> tuple[dict[str, Any], float]:
    began, seed = time.process_time(), case.seed % 2**31
    returned = code.train_sentiment(list(texts), list(labels), seed=seed)
    left = time.process_time() - began < AT_MOST
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise ContractError(
            f"train_sentiment must return (model, vocab, history); it returned {describe(returned)}. "
            "End with `return model, vocab, history`."
        )
    model, vocab, history = returned
    if not isinstance(model, nn.Module) or not isinstance(vocab, dict):
        raise ContractError(
            f"train_sentiment must return (model, vocab, history): an nn.Module, a dict, a dict; "
            f"it returned {describe(model)}, {describe(vocab)} and {describe(history)}"
        )
    if "train_loss" in vocab and "<PAD>" not in vocab:
        raise ContractError(
            "train_sentiment must return (model, vocab, history); the second thing that it returned is the history"
        )
    values = {"own": _logits(code, model, vocab, hidden), **_curves(history)}
    fitted = _logits(code, model, vocab, texts).argmax(dim=1)
    if left:
        values |= _short(code, texts[:FEW], labels[:FEW], seed)
    return values, float((fitted == torch.tensor(labels)).float().mean())


def _short(code: Any, texts: list[str], labels: list[int], seed: int) -> dict[str, Any]:
    """Histories for another number of epochs: a run, the same run again, and one with another seed.

    ``short_vocab``: the first run's model has no row for an id of the vocabulary that came with it. A run that
    does not come to its end says nothing: more texts than these few were promised.
    """
    values: dict[str, Any] = {}
    for name, chosen in (("short", seed), ("again", seed), ("other", seed ^ 1)):
        try:
            model, vocab, history = code.train_sentiment(list(texts), list(labels), epochs=SHORT, seed=chosen)
            found = {key.replace("history", name): numbers for key, numbers in _curves(history).items() if ":" in key}
            ids = torch.tensor([_ids(code, text, vocab) for text in texts])
        except Exception:
            return values
        values |= found
        if name == "short":
            try:
                logits(model, ids)
            except IndexError as error:
                values["short_vocab"] = _place(error)
            except Exception:
                return values
        if any(len(numbers) != SHORT for numbers in found.values()):
            return values
    return values


def train_with_pieces(code: Any, case: Case, texts: Sequence[str], labels: Sequence[int]) -> tuple[nn.Module, Any]:
    """The plan of the handout with the submission's pieces, without train_sentiment and without evaluate."""
    torch.manual_seed(case.seed % 2**31)
    vocab = code.build_vocab(list(texts), min_freq=2)
    dataset = code.SentimentDataset([_ids(code, text, vocab) for text in texts], list(labels))
    model = code.SentimentLSTM(len(vocab), SIZE, SIZE, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    batches = DataLoader(dataset, batch_size=BATCH, shuffle=True)
    for _ in range(EPOCHS):
        code.train_epoch(model, batches, optimizer, nn.CrossEntropyLoss())
    return model, vocab


def _ids(code: Any, text: str, vocab: Any) -> list[int]:
    ids = code.text_to_indices(text, vocab)
    return [int(number) for number in ids]


def _logits(code: Any, model: nn.Module, vocab: Any, texts: Sequence[str]) -> Tensor:
    return logits(model, torch.tensor([_ids(code, text, vocab) for text in texts]))


def logits(model: nn.Module, ids: Tensor) -> Tensor:
    """Logits [N, 2] in evaluation mode, in batches of 100, or a ContractError."""
    model.eval()
    found = []
    with torch.no_grad():
        for part in ids.split(100):
            given = model(part)
            if isinstance(given, tuple | list) and given:
                given = given[0]
            if not isinstance(given, Tensor) or tuple(given.shape) != (len(part), 2):
                raise ContractError(
                    f"the model must give logits of shape ({len(part)}, 2) for {len(part)} texts and two classes; "
                    f"got {describe(given)}"
                )
            found.append(given.detach().to(torch.float64))
    return torch.cat(found)


def _curves(history: Any) -> dict[str, Any]:
    """``history:NAME`` where a list of numbers is there, and in words what history is."""
    if not isinstance(history, dict):
        return {"history": describe(history)}
    values: dict[str, Any] = {
        "history": "a dict with " + (", ".join(sorted(str(name)[:40] for name in history)[:10]) or "nothing")
    }
    for name in CURVES:
        try:
            numbers = [float(number) for number in list(history[name])[:1000]]
        except (KeyError, TypeError, ValueError, RuntimeError):
            continue
        values[f"history:{name}"] = np.array(numbers)
    return values


# --- ImprovedClassifier ------------------------------------------------------------------------------


def improved_contract(code: Any, case: Case) -> dict[str, Any]:
    """Built with and without vectors; called with several texts, one text, and a text of padding only."""
    torch.set_default_dtype(torch.float32)
    sizes = (case.vocab_size, *WIDTHS, case.output_dim)
    vectors = case.normal("vectors", case.vocab_size, WIDTHS[0], scale=0.5).float()
    vectors[:2] = 0.0
    ids = case.integers("ids", case.batch, case.time, low=2, high=case.vocab_size)
    ids[0, case.time // 2 :] = 0
    values: dict[str, Any] = {}
    for name, model in {
        "vectors": _built(lambda: code.ImprovedClassifier(*sizes, vectors=vectors.clone())),
        "plain": _built(lambda: code.ImprovedClassifier(*sizes)),
    }.items():
        model.eval()
        with torch.no_grad():
            for what, given in (("several", ids), ("one", ids[1:2]), ("padding", torch.zeros_like(ids[:2]))):
                result = model(given.clone())
                result = result[0] if isinstance(result, tuple | list) and result else result
                if not isinstance(result, Tensor):
                    raise ContractError(
                        f"ImprovedClassifier.forward must return logits; it returned {describe(result)}"
                    )
                values[f"{name}:{what}"] = result
    return values


def _built(build: Callable[[], Any]) -> nn.Module:
    model = build()
    if not isinstance(model, nn.Module):
        raise ContractError(f"ImprovedClassifier must be an nn.Module; it is {describe(model)}")
    return model


def train_improved(code: Any, case: Case) -> dict[str, Any]:
    """ImprovedClassifier trained by the grader's own loop on given ids; ``logits`` for the hidden ids."""
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(case.seed % 2**31)
    vectors = case.tensor("vectors")
    model = _built(lambda: code.ImprovedClassifier(len(vectors), vectors.shape[1], SIZE, 2, vectors=vectors.clone()))
    fit(model, case.tensor("ids"), case.tensor("labels"))
    return {"logits": logits(model, case.tensor("hidden_ids"))}


def fit(model: nn.Module, ids: Tensor, labels: Tensor) -> nn.Module:
    """The grader's own loop: Adam, batches of 32, 7 epochs."""
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    criterion = nn.CrossEntropyLoss()
    batches = DataLoader(TensorDataset(ids.long(), labels.long()), batch_size=BATCH, shuffle=True)
    for _ in range(IMPROVED_EPOCHS):
        model.train()
        for given, wanted in batches:
            loss = criterion(model(given), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


PROBES = {
    "trained_accuracy": trained_accuracy,
    "improved_contract": improved_contract,
    "train_improved": train_improved,
    "train_improved_again": train_improved,  # a name of its own: other seeds, other data
}
