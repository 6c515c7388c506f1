"""Unknown words get the id of <PAD>

Bank: T03
Caught by: unknown
Feedback:
The network cannot tell an unknown word from no word at all, and a masked or packed model stops reading there.
The default of vocab.get is to be the id of <UNK>.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, 0) for word in text.lower().split()][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
