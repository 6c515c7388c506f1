"""From text to numbers: a vocabulary, lists of word ids, a data set for training.

Graded here: `build_vocab` (4 points), `text_to_indices` (3 points), `SentimentDataset` (2 points).
"""

from collections import Counter

import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    """Number the words of some texts.

    Every text is lower-cased and split on white space; nothing else is removed, so "good," and
    "good" are two words.

    Args:
        texts: list of strings.
        min_freq: a word is kept if it occurs at least this often in all texts together. Every
            occurrence counts, also a second one in the same text.

    Returns:
        dict from word to id (int). "<PAD>" has id 0, "<UNK>" has id 1, the kept words have the ids
        2, 3, 4, ... Which word gets which id is yours to choose.

    Take care: with V entries, the ids are exactly 0 ... V-1, for every `min_freq`. Number the words
    that you keep, not all words: a hole in the numbering makes `nn.Embedding(len(vocab), ...)` fail
    later, far from its cause.

    Graded: the special entries and unique ids (1), ids without holes for min_freq 1, 2 and 3 (2),
    which words are kept (1).
    """
    raise NotImplementedError("build_vocab is not written yet")


def text_to_indices(text, vocab, max_len=20):
    """Turn a text into exactly `max_len` word ids.

    The text is lower-cased and split as in `build_vocab`.

    Args:
        text: a string, possibly empty.
        vocab: dict from word to id as `build_vocab` makes it. It is only read, never changed.
        max_len: length of the result.

    Returns:
        list of `max_len` ints. Words that are not in `vocab` become the id of "<UNK>". A longer text
        loses its last words; a shorter one is filled up on the right with the id of "<PAD>".

    Graded: length, padding and cutting (1), unknown words and capitals (1), the default length, the
    empty text and an unchanged vocabulary (1).
    """
    raise NotImplementedError("text_to_indices is not written yet")


class SentimentDataset(Dataset):
    """Pairs of word ids and a label, for a `torch.utils.data.DataLoader`.

    Args:
        texts: N texts as word ids, all of the same length T: a list of lists, a numpy array or a
            tensor of shape [N, T], of int64 or int32.
        labels: N whole numbers, 0 for negative and 1 for positive: a list, an array or a tensor [N].

    `len(dataset)` is N, the number of texts. `dataset[i]` is the pair `(ids, label)`: an int64 tensor
    of shape [T] and an int64 tensor without dimensions. A DataLoader then gives batches of shapes
    [B, T] and [B]; `nn.Embedding` and `nn.CrossEntropyLoss` both need int64.

    Graded: length, order, shapes and dtypes of the items (1), the batches of a DataLoader (1).
    """

    def __init__(self, texts, labels):
        super().__init__()
        raise NotImplementedError("SentimentDataset.__init__ is not written yet")

    def __len__(self):
        raise NotImplementedError("SentimentDataset.__len__ is not written yet")

    def __getitem__(self, index):
        raise NotImplementedError("SentimentDataset.__getitem__ is not written yet")
