"""What the grader does with build_vocab, text_to_indices and SentimentDataset. It knows no answers."""

from __future__ import annotations

import contextlib
import warnings
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from autograder.case import Case
from autograder.subject import ContractError, describe

MARKED = ("it's", "10/10", "good!", "-", "7", "well-made")  # words as they are: split on white space, remove nothing
COMMON = ("a", "the", "i", "not", "was")
SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "zu")


def words(case: Case, name: str, count: int) -> list[str]:
    """``count`` different invented words in lower case."""
    generator = case.generator(name)
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(generator.choice(SYLLABLES, 3))] = None
    return list(found)


def corpus(case: Case) -> list[str]:
    """Five texts: words that occur once to four times; capitals; doubled, odd white space; marks, digits and
    common words, four times each."""
    generator = case.generator("corpus")
    names = words(case, "words", 12)
    tokens = [word for number, word in enumerate(names[:11]) for _ in range(1 + number % 4)]
    generator.shuffle(tokens)
    tokens += [word for word in (*MARKED, f"{names[0]},", *COMMON) for _ in range(4)]
    generator.shuffle(tokens)
    tokens = [word.upper() if number % 5 == 2 else word for number, word in enumerate(tokens)]
    lines = [" ".join(str(token) for token in part) for part in np.array_split(tokens, 4)]
    lines[0] = lines[0].replace(" ", "  ", 1)
    lines[1] = lines[1].replace(" ", "\t", 1)
    last = f"{names[11]} {names[11].capitalize()} {names[11]}\n"  # three times, and in one text only
    return [*lines, last]


def build_vocab(code: Any, case: Case) -> dict[str, Any]:
    """The vocabulary of five texts for min_freq 3, 1 and 2, as ``vocab:N``: a list of [word, id].

    In this order, so that words that one call keeps for the next one show; 1 is the default, and not said.
    """
    given: tuple[tuple[int, dict[str, int]], ...] = ((3, {"min_freq": 3}), (1, {}), (2, {"min_freq": 2}))
    return {f"vocab:{least}": entries(code.build_vocab(corpus(case), **words)) for least, words in given}


def entries(vocab: Any) -> list[list[Any]]:
    """[word, id] for each entry, or a ContractError."""
    if not isinstance(vocab, dict):
        raise ContractError(
            f"build_vocab must return one dict from word to id; it returned {describe(vocab)}. End with `return vocab`."
        )
    result: list[list[Any]] = []
    for word, number in vocab.items():
        if not isinstance(word, str) or isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise ContractError(
                f"build_vocab must map each word (str) to its id (int); it has an entry from {describe(word)} "
                f"to {describe(number)}. Is the dict the wrong way round?"
            )
        result.append([word, int(number)])
    return result


# --- text_to_indices ---------------------------------------------------------------------------------


def vocabulary(case: Case) -> dict[str, int]:
    """A vocabulary whose ids are in no particular order."""
    names = words(case, "vocabulary", 9)
    order = case.generator("order").permutation(9)
    return {"<PAD>": 0, "<UNK>": 1} | {word: int(number) + 2 for word, number in zip(names, order, strict=True)}


def indices_known(code: Any, case: Case) -> dict[str, Any]:
    """Known words only: a text shorter than max_len, one as long, one longer."""
    vocab = vocabulary(case)
    known = [word for word in vocab if not word.startswith("<")]
    texts = {"short": (known[:3], 7), "exact": (known[2:7], 5), "long": (known, 4)}
    return {
        f"ids:{name}": numbers(code.text_to_indices(" ".join(text), dict(vocab), max_len=most))
        for name, (text, most) in texts.items()
    }


def indices_unknown(code: Any, case: Case) -> dict[str, Any]:
    """Words that the vocabulary does not have, capitals, more than one space between words, and words with
    marks and digits that the vocabulary has, beside the same words without them."""
    vocab = vocabulary(case)
    known = [word for word in vocab if not word.startswith("<")]
    texts = {
        "unknown": f"{known[0]} xylophone {known[1]} quux",
        "capitals": f"{known[2].upper()} {known[3].capitalize()}",
        "spaces": f" {known[4]}  {known[5]}\t{known[6]}\n",
        "marks": f"{known[0]} {known[1]}, {' '.join(MARKED)} {known[2]}!",
        "common": f"{known[3]} {' '.join(COMMON)} {known[4]}",
    }
    for word in (f"{known[1]},", *MARKED, f"{known[2]}!", "good", *COMMON):
        vocab.setdefault(word, len(vocab))
    return {f"ids:{name}": numbers(code.text_to_indices(text, dict(vocab), max_len=10)) for name, text in texts.items()}


def indices_default(code: Any, case: Case) -> dict[str, Any]:
    """Without max_len: 23 words, then none; and the vocabulary afterwards, also after an unknown word."""
    vocab = vocabulary(case)
    known = [word for word in vocab if not word.startswith("<")]
    many = [known[int(i)] for i in case.integers("many", 23, high=len(known))]
    long = numbers(code.text_to_indices(" ".join(many), vocab))
    empty = numbers(code.text_to_indices("", vocab))
    with contextlib.suppress(Exception):  # what becomes of the word itself is asked in indices_unknown
        code.text_to_indices("xylophone", vocab)
    return {"ids:long": long, "ids:empty": empty, "vocab": sorted(vocab.items())}


def numbers(ids: Any) -> np.ndarray:
    """A list, tuple, array or tensor of whole numbers as an array, or a ContractError."""
    if isinstance(ids, torch.Tensor):
        ids = ids.detach().numpy()
    if not isinstance(ids, list | tuple | np.ndarray):
        raise ContractError(f"text_to_indices must return a list of ints; it returned {describe(ids)}")
    try:
        result = np.array(ids)
    except ValueError:
        result = np.array("ragged")
    if result.size == 0:
        return np.zeros(0, dtype=np.int64)
    if result.ndim != 1 or result.dtype.kind not in "iu":
        raise ContractError(f"text_to_indices must return one flat list of ints; it returned {describe(ids)}")
    return result.astype(np.int64)


# --- SentimentDataset --------------------------------------------------------------------------------


def dataset_items(code: Any, case: Case) -> dict[str, Any]:
    """A data set made from lists, read item by item, the last one first; and one of a text of one word."""
    ids, labels = _rows(case)
    dataset = code.SentimentDataset(ids.tolist(), labels.tolist())
    values: dict[str, Any] = {"length": len(dataset)}
    for index in reversed(range(len(labels))):
        text, label = _pair(dataset[index], "dataset[i]")
        values |= {f"ids:{index}": text, f"label:{index}": label}
        values["dtypes"] = {"ids": str(text.dtype), "label": str(label.dtype)}
    single = code.SentimentDataset(ids[:2, :1].tolist(), labels[:2].tolist())
    values["word:ids"], values["word:label"] = _pair(single[0], "dataset[i]")
    return values


def dataset_batches(code: Any, case: Case) -> dict[str, Any]:
    """A data set made from arrays of int32, and one made from tensors, read by a DataLoader in batches of 4."""
    ids, labels = _rows(case)
    values: dict[str, Any] = {}
    dtypes: dict[str, str] = {}
    for way, given in {
        "arrays": (ids.astype(np.int32), labels.astype(np.int32)),
        "tensors": (torch.tensor(ids), torch.tensor(labels)),
    }.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch.tensor(a tensor) is right, and warns
            read = list(islice(DataLoader(code.SentimentDataset(*given), batch_size=4), len(labels) + 2))
        for index, batch in enumerate(read):
            if index > len(labels):
                raise ContractError("a DataLoader over SentimentDataset gives more batches than there are texts")
            text, label = _pair(batch, f"a batch of the DataLoader, over a data set made from {way},")
            values |= {f"{way}:ids:{index}": text, f"{way}:labels:{index}": label}
            dtypes |= {f"made from {way}, ids": str(text.dtype), f"made from {way}, labels": str(label.dtype)}
    return values | {"dtypes": dtypes}


def _rows(case: Case) -> tuple[np.ndarray, np.ndarray]:
    ids = case.integers("ids", 6, 9, low=1, high=40_000).numpy()
    ids[0, 6:] = ids[3, 2:] = 0  # filled up with padding
    return ids, np.array([1, 0, 0, 1, 1, 0])[case.generator("labels").permutation(6)]


def _pair(value: Any, what: str) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ContractError(f"{what} must be the pair (ids, label); got {describe(value)}")
    text, label = value
    if not isinstance(text, torch.Tensor) or not isinstance(label, torch.Tensor):
        raise ContractError(
            f"{what} must hold two tensors, (ids, label); got {describe(text)} and {describe(label)}. "
            "Try torch.tensor(..., dtype=torch.long)."
        )
    return text, label


PROBES = {
    "build_vocab": build_vocab,
    "indices_known": indices_known,
    "indices_unknown": indices_unknown,
    "indices_default": indices_default,
    "dataset_items": dataset_items,
    "dataset_batches": dataset_batches,
}
