"""max_len has no default

Caught by: default
Feedback:
The signature in the handout is text_to_indices(text, vocab, max_len=20). Without the default, every call with
two arguments is a TypeError.
"""

def text_to_indices(text, vocab, max_len):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
