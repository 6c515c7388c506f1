"""The padding is on the left

Bank: T02
Caught by: length
Feedback:
There are good reasons for it elsewhere, but here the handout asks for padding on the right, and whatever
reads your ids relies on it.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return [vocab["<PAD>"]] * (max_len - len(ids)) + ids
