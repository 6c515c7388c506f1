"""Filled up to one less than max_len

Caught by: length
Feedback:
Count for a text of three words and max_len=7: four are missing, not three.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
    for _ in range(len(ids), max_len - 1):
        ids.append(vocab["<PAD>"])
    return ids
