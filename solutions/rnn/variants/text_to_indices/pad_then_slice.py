"""Adds max_len of padding, then cuts"""

def text_to_indices(text, vocab, max_len=20):
    ids = []
    for w in text.lower().split():
        ids.append(vocab[w] if w in vocab else vocab["<UNK>"])
    ids = ids + [0] * max_len
    return ids[:max_len]
