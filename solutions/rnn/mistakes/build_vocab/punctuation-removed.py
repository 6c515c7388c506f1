"""Punctuation is removed from the words

Bank: C06
Caught by: words
Feedback:
It is often a good idea, but then text_to_indices must do the same, and the handout says for both: split on
white space, remove nothing. As it is, "good," would be unknown to the other function.
"""

import string
from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        text = text.lower().translate(str.maketrans("", "", string.punctuation))
        counts.update(text.split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
