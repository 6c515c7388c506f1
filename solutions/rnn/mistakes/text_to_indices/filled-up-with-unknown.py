"""Filled up with <UNK>

Caught by: length
Feedback:
Padding means that nothing stands there, and its embedding is zero. <UNK> is a word that was read and not
known, with an embedding that is learned.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return ids + [vocab["<UNK>"]] * (max_len - len(ids))
