"""<PAD> and <UNK> are missing

Bank: C07
Caught by: specials
Feedback:
Without them text_to_indices has nothing to fill up with and no id for a word that it has never seen. Start
the dict with both.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
