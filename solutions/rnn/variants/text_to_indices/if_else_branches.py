"""One branch for short texts, one for long ones"""

def text_to_indices(text, vocab, max_len=20):
    tokens = text.lower().split()
    indices = [vocab.get(token, 1) for token in tokens]
    if len(indices) < max_len:
        indices += [vocab.get("<PAD>", 0)] * (max_len - len(indices))
    else:
        indices = indices[:max_len]
    return indices
