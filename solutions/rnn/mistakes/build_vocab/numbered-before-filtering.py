"""Words are numbered before the rare ones are dropped

Bank: C01
Caught by: contiguous
Feedback:
With min_freq=1 nobody notices. With min_freq=2 the numbers of the dropped words are missing, so the largest
id is beyond len(vocab) and nn.Embedding(len(vocab), ...) stops with "index out of range" much later. Decide
first which words stay, then number those.
"""

from collections import Counter


def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        counts.update(text.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for i, (word, count) in enumerate(counts.items(), start=2):
        if count >= min_freq:
            vocab[word] = i
    return vocab
