"""Cuts first, then adds the padding"""

def text_to_indices(text, vocab, max_len=20):
    words = text.lower().split()[:max_len]
    indices = [vocab.get(w, vocab["<UNK>"]) for w in words]
    return indices + [vocab["<PAD>"]] * (max_len - len(indices))
