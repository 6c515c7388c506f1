"""A word that is not in the vocabulary raises KeyError

Bank: T04
Caught by: unknown
Feedback:
vocab[word] works for the texts that the vocabulary was made from, and fails at the first new one. vocab.get
has a second argument for what is not there.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab[word] for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
