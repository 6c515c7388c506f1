"""Unknown words are written into the vocabulary

Bank: T05
Caught by: default
Feedback:
The ids are right, but setdefault leaves the word behind in the vocabulary: len(vocab) is another one after
each text. vocab.get looks up and changes nothing.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.setdefault(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
