"""Punctuation is removed before the words are looked up

Caught by: unknown
Feedback:
The vocabulary was made without removing anything, so "good!" and "it's" may be words of it, with ids of their own.
Without their marks they are other words, or unknown ones. Split the text exactly as build_vocab does.
"""

import string


def text_to_indices(text, vocab, max_len=20):
    words = text.lower().translate(str.maketrans("", "", string.punctuation)).split()
    ids = [vocab.get(word, vocab["<UNK>"]) for word in words][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
