"""Counter over all texts, filtered, then numbered"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        counts.update(text.lower().split())
    words = ["<PAD>", "<UNK>"] + [w for w, n in counts.most_common() if n >= min_freq]
    return {word: i for i, word in enumerate(words)}
