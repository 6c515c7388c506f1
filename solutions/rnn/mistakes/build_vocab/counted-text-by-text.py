"""Each text is filtered for itself

Caught by: words
Feedback:
A word that occurs once in each of three texts occurs three times in all, and is dropped by your loop for
min_freq=2. Count over all texts first.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for text in texts:
        counts = Counter(text.lower().split())
        for word, count in counts.items():
            if count >= min_freq and word not in vocab:
                vocab[word] = len(vocab)
    return vocab
