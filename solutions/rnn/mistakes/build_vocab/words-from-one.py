"""The words are numbered from 1, the place of <UNK>

Caught by: specials
Feedback:
Only one special entry was counted with: the first word gets the id 1, which is that of <UNK>. Both are kept
free, so numbering starts at 2.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    next_id = 1
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = next_id
            next_id += 1
    return vocab
