"""The texts are not lower-cased

Bank: C04
Caught by: words
Feedback:
"Good" and "good" become two words, and each is seen half as often. Call lower() on the text before split().
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
