"""Iterators, and KeyError caught word by word"""

from itertools import chain, islice, repeat


def _id(word, vocab):
    try:
        return vocab[word]
    except KeyError:
        return vocab["<UNK>"]


def text_to_indices(text, vocab, max_len=20):
    ids = (_id(word, vocab) for word in text.lower().split())
    return list(islice(chain(ids, repeat(vocab["<PAD>"])), max_len))
