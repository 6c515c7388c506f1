"""Counts with dict.get, numbers with setdefault"""

def build_vocab(texts, min_freq=1):
    freq = {}
    for text in texts:
        for word in text.lower().split():
            freq[word] = freq.get(word, 0) + 1
    vocab = {}
    for special in ("<PAD>", "<UNK>"):
        vocab.setdefault(special, len(vocab))
    for word, n in sorted(freq.items()):
        if n < min_freq:
            continue
        vocab.setdefault(word, len(vocab))
    return vocab
