"""A word counts once in each text, however often it occurs there

Bank: C09
Caught by: words
Feedback:
set() of a text's words drops their repetitions, so a word that occurs twice in one text has the count 1.
Every occurrence counts: update the counter with the list.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        counts.update(set(text.lower().split()))
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in sorted(counts):
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
