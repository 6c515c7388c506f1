"""Two things come back: the vocabulary and its inverse

Caught by: specials
Feedback:
The handout asks for one dict. A caller who writes vocab = build_vocab(texts) gets a tuple and fails at the
first look-up. Return the vocabulary alone.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    words = ["<PAD>", "<UNK>"] + [w for w in counts if counts[w] >= min_freq]
    vocab = {w: i for i, w in enumerate(words)}
    return vocab, words
