"""Long texts are not cut

Bank: T01
Caught by: length
Feedback:
The results differ in length, so they do not fit into one tensor. Cut to max_len.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()]
    while len(ids) < max_len:
        ids.append(vocab["<PAD>"])
    return ids
