"""numpy counts; ids are numpy integers"""

import numpy as np


def build_vocab(texts, min_freq=1):
    words, counts = np.unique(" ".join(texts).lower().split(), return_counts=True)
    kept = ["<PAD>", "<UNK>", *map(str, words[counts >= min_freq])]
    return dict(zip(kept, np.arange(len(kept))))
