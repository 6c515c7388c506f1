"""pandas counts, the most frequent word first"""

import pandas as pd


def build_vocab(texts, min_freq=1):
    counts = pd.Series(texts).str.lower().str.split().explode().value_counts()
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for i, word in enumerate(counts[counts >= min_freq].index, start=2):
        vocab[word] = i
    return vocab
