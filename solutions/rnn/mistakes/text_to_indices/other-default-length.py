"""The default of max_len is 50

Caught by: default
Feedback:
Whoever calls the function without max_len counts on 20, as the handout says: the models are trained on that
length.
"""

def text_to_indices(text, vocab, max_len=50):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
