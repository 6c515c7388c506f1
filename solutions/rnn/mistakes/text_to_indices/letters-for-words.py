"""The letters are looked up, not the words

Caught by: length
Feedback:
Iterating over a string gives its characters, and almost none of them is in the vocabulary: everything becomes
<UNK>. Iterate over text.lower().split().
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
