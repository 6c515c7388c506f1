# bartek - text to numbers
from __future__ import annotations

import itertools
from collections import Counter
from typing import Iterable

import torch
from torch.utils.data import Dataset

MAX_LEN = 20


def build_vocab(texts: Iterable[str], min_freq: int = 1) -> dict[str, int]:
    freq = Counter(itertools.chain.from_iterable(t.lower().split() for t in texts))
    words = sorted(w for w, n in freq.items() if n >= min_freq and w not in ("<pad>", "<unk>"))
    return {w: k for k, w in enumerate(["<PAD>", "<UNK>", *words])}


def text_to_indices(text: str, vocab: dict[str, int], max_len: int = MAX_LEN) -> list[int]:
    ids = (vocab.get(w, vocab["<UNK>"]) for w in text.lower().split())
    return list(itertools.islice(itertools.chain(ids, itertools.repeat(vocab["<PAD>"])), max_len))


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.pairs = [(torch.as_tensor(t).long(), torch.as_tensor(y).long()) for t, y in zip(texts, labels, strict=True)]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        return self.pairs[i]
