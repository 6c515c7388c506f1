"""The text is cut to max_len letters, not words

Caught by: length
Feedback:
text[:max_len] counts characters. Split first, then cut the list of words.
"""

def text_to_indices(text, vocab, max_len=20):
    words = text[:max_len].lower().split()
    ids = [vocab.get(word, vocab["<UNK>"]) for word in words]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
