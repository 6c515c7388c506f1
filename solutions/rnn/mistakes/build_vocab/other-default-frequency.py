"""The default of min_freq is 2

Caught by: words
Feedback:
Whoever calls build_vocab(texts) counts on every word being there, as the handout says: min_freq=1. The 2 belongs
into the call where the rare words are to go.
"""

from collections import Counter


def build_vocab(texts, min_freq=2):
    counts = Counter()
    for text in texts:
        counts.update(text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
