"""split(" ") is used for split()

Caught by: words
Feedback:
split(" ") makes an empty word between two spaces and leaves tabs and line ends in the words. Without an
argument, split() takes any run of white space as one gap.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split(" "))
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
