"""The dict in the signature is shared by all calls

Caught by: words
Feedback:
A default value is made once, when the function is defined. Words of an earlier call are still in it at the
next one, and pass whatever min_freq says. Make the dict inside the function.
"""

from collections import Counter


def build_vocab(texts, min_freq=1, vocab={"<PAD>": 0, "<UNK>": 1}):
    counts = Counter(w for text in texts for w in text.lower().split())
    for word in counts:
        if counts[word] >= min_freq and word not in vocab:
            vocab[word] = len(vocab)
    return vocab
