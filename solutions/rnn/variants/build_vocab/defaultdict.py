"""Counts in a defaultdict, numbers with len(vocab)"""

from collections import defaultdict


def build_vocab(texts, min_freq=1):
    counts = defaultdict(int)
    for t in texts:
        for w in t.lower().split():
            counts[w] += 1
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for w in counts:
        if counts[w] >= min_freq:
            vocab[w] = len(vocab)
    return vocab
