"""Only the words of the last text are kept

Caught by: specials
Feedback:
The counter is made anew for every text, inside the loop, so after the loop it knows the last one only. Make
it once, before.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    for text in texts:
        counts = Counter()
        for word in text.lower().split():
            counts[word] += 1
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
