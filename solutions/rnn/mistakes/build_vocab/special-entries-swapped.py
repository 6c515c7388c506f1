"""<UNK> is 0 and <PAD> is 1

Caught by: specials
Feedback:
The embedding keeps row 0 at zero (padding_idx=0). With the two swapped it is the unknown word that counts for
nothing, and padding that has a meaning.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter(w for text in texts for w in text.lower().split())
    vocab = {"<UNK>": 0, "<PAD>": 1}
    for word in counts:
        if counts[word] >= min_freq:
            vocab[word] = len(vocab)
    return vocab
