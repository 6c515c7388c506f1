"""Cases of trained accuracy: the generator's texts go into the sandbox, the hidden texts' labels stay here."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.case import Case

from .data import Data, make

GLOVE = Path(__file__).parents[3] / "assignments" / "rnn" / "data" / "glove_6b_50d_subset.npz"
MAX_LEN = 20


@functools.lru_cache(maxsize=8)
def data(seed: int) -> Data:
    """The data set of a seed, kept while its checks are judged."""
    return make(seed)


def labels(case: Case) -> Mapping[str, Any]:
    """What the trusted side knows: the labels of the hidden texts."""
    return {"labels": np.array(data(case.seed).hidden_labels)}


def as_texts(case: Case) -> Case:
    """Training texts with labels and hidden texts without, as JSON values."""
    drawn = data(case.seed)
    values = {"texts": drawn.texts, "labels": drawn.labels, "hidden_texts": drawn.hidden_texts}
    return case.replace(values={**case.values, **values})


def as_ids(case: Case) -> Case:
    """The same as word ids, with the GloVe vectors of the vocabulary: no text stage of a submission is needed."""
    return case.replace(arrays={**case.arrays, **_arrays(case.seed)})


def _arrays(seed: int) -> dict[str, np.ndarray]:
    drawn = data(seed)
    counts = Counter(word for text in drawn.texts for word in text.split())
    kept = sorted(word for word in counts if counts[word] >= 2)
    vocab = {word: number for number, word in enumerate(["<PAD>", "<UNK>", *kept])}
    known = glove()
    vectors = np.stack([known.get(word, np.zeros(50, dtype=np.float32)) for word in vocab])
    return {
        "ids": _ids(drawn.texts, vocab),
        "labels": np.array(drawn.labels, dtype=np.int64),
        "hidden_ids": _ids(drawn.hidden_texts, vocab),
        "vectors": vectors,
    }


@functools.lru_cache(maxsize=1)
def glove() -> dict[str, np.ndarray]:
    """The vectors of the handout's subset, by word."""
    with np.load(GLOVE) as stored:
        return dict(zip(str(stored["words"]).split("\n"), stored["vectors"].astype(np.float32), strict=True))


def _ids(texts: Sequence[str], vocab: Mapping[str, int]) -> np.ndarray:
    ids = np.zeros((len(texts), MAX_LEN), dtype=np.int64)
    for row, text in enumerate(texts):
        numbers = [vocab.get(word, 1) for word in text.split()[:MAX_LEN]]
        ids[row, : len(numbers)] = numbers
    return ids
