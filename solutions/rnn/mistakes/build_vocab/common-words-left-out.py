"""Common words are left out

Caught by: words
Feedback:
Leaving out "the" and "was" is an old habit of searching, where such words find nothing. A network that reads a
sentence in order needs them ("not" above all), and text_to_indices would make them unknown. The handout keeps
every word that occurs often enough.
"""

from collections import Counter

COMMON = {"the", "a", "an", "and", "is", "was", "of"}


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        counts.update(word for word in text.lower().split() if word not in COMMON)
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
