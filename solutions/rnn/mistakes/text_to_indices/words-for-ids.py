"""The words come back, not their ids

Caught by: length
Feedback:
An embedding takes numbers. Look each word up in the vocabulary.
"""

def text_to_indices(text, vocab, max_len=20):
    words = [word if word in vocab else "<UNK>" for word in text.lower().split()][:max_len]
    return words + ["<PAD>"] * (max_len - len(words))
