"""The special entries are written in small letters

Caught by: specials
Feedback:
"<pad>" and "<unk>" are other keys than "<PAD>" and "<UNK>": vocab["<UNK>"] raises KeyError.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<pad>": 0, "<unk>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
