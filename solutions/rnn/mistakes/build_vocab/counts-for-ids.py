"""The ids are the words' counts

Caught by: specials
Feedback:
Two words that occur equally often then have the same id. A count decides whether a word is kept; its id is
the next free number.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    vocab.update({word: count for word, count in counts.items() if count >= min_freq})
    return vocab
