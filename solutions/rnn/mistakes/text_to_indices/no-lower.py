"""The text is not lower-cased

Caught by: unknown
Feedback:
The vocabulary has small letters only, so "Good" at the beginning of a sentence is unknown. Split the text as
build_vocab does.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
