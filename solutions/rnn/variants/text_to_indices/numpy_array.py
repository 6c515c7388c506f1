"""Fills a numpy array"""

import numpy as np


def text_to_indices(text, vocab, max_len=20):
    out = np.full(max_len, vocab["<PAD>"])
    for i, w in enumerate(text.lower().split()):
        if i == max_len:
            break
        out[i] = vocab.get(w, vocab["<UNK>"])
    return out
