"""The id 2 belongs to nobody

Caught by: contiguous
Feedback:
Two special entries take 0 and 1, so the first word is number 2. Starting at 3 leaves a hole, and the last id
equals len(vocab), one row beyond the embedding. `vocab[word] = len(vocab)` cannot go wrong.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab) + 1
    return vocab
