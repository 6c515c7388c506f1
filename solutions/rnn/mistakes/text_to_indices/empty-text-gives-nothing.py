"""An empty text gives an empty list

Caught by: default
Feedback:
It is a text without words: max_len times <PAD>. The general case handles it, so the line for it can go.
"""

def text_to_indices(text, vocab, max_len=20):
    words = text.lower().split()
    if not words:
        return []
    ids = [vocab.get(word, vocab["<UNK>"]) for word in words][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
