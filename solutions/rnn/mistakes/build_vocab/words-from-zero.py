"""The words are numbered from 0, where the special entries are

Bank: C02
Caught by: specials
Feedback:
Two words share their ids with <PAD> and <UNK>: one of them is treated as padding, and the network never sees
it. The first real word has the id 2.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    words = [w for w, n in counts.items() if n >= min_freq]
    vocab = {w: i for i, w in enumerate(words)}
    vocab["<PAD>"] = 0
    vocab["<UNK>"] = 1
    return vocab
