"""min_freq is not used

Caught by: words
Feedback:
Every word stays, however rare. Words that are seen once only make the embedding larger, and the network never
learns what to do with <UNK>, because nothing in the training texts is unknown.
"""

def build_vocab(texts, min_freq=1):
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for text in texts:
        for word in text.lower().split():
            if word not in vocab:
                vocab[word] = len(vocab)
    return vocab
