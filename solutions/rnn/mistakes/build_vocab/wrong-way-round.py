"""The dict leads from ids to words

Caught by: specials
Feedback:
text_to_indices looks up a word and wants its id: vocab["good"]. Turn keys and values round.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    words = ["<PAD>", "<UNK>"] + [w for w in counts if counts[w] >= min_freq]
    return dict(enumerate(words))
