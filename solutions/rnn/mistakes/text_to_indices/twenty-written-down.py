"""20 is written down in place of max_len

Caught by: length
Feedback:
The default is 20, but a caller may ask for another length. Use the argument.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:20]
    return ids + [vocab["<PAD>"]] * (20 - len(ids))
