"""The loop runs over letters

Caught by: words
Feedback:
Iterating over a string gives its characters. The words come from split().
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        for word in text.lower():
            counts[word] += 1
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
