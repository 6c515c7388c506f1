"""A long text loses its first words, not its last

Caught by: length
Feedback:
ids[-max_len:] keeps the end. The first max_len words are asked for.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()]
    ids = ids[-max_len:]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
