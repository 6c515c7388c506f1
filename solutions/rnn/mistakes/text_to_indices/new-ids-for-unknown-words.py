"""Unknown words get new ids

Bank: T05
Caught by: unknown
Feedback:
setdefault adds the word with an id that the embedding has no row for: "index out of range" at the first new
text. Outside build_vocab the vocabulary is only read.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.setdefault(word, len(vocab)) for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
