"""The list is wrapped in another list

Caught by: length
Feedback:
A list of ints is asked for. The batch dimension is added where the model is called.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    return [ids + [vocab["<PAD>"]] * (max_len - len(ids))]
