"""Every text starts numbering at 2 again

Caught by: specials
Feedback:
enumerate starts anew for each text, so the first words of all texts share an id. Use one numbering for all:
len(vocab) is always the next free number.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for text in texts:
        for i, word in enumerate(text.lower().split(), start=2):
            if counts[word] >= min_freq and word not in vocab:
                vocab[word] = i
    return vocab
