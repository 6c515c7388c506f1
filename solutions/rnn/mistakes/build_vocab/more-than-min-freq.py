"""A word must occur more than min_freq times

Bank: C05
Caught by: words
Feedback:
"At least" includes the number itself. With min_freq=1 your vocabulary loses every word that occurs once.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] > min_freq:
            vocab[word] = len(vocab)
    return vocab
