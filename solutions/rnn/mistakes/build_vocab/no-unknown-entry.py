"""<UNK> is missing

Bank: C07
Caught by: specials
Feedback:
The padding has its entry, the unknown word has none, and the first real word sits at the id 1.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
