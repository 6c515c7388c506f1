"""A sorted set of words, counted one by one"""

def build_vocab(texts, min_freq=1):
    all_words = []
    for text in texts:
        all_words.extend(text.lower().split())
    keep = sorted(w for w in set(all_words) if all_words.count(w) >= min_freq)
    vocab = {w: i + 2 for i, w in enumerate(keep)}
    vocab["<PAD>"] = 0
    vocab["<UNK>"] = 1
    return vocab
