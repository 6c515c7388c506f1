from collections import Counter

import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    counter = Counter(w for t in texts for w in t.lower().split())
    keep = [w for w, n in counter.most_common() if n >= min_freq]
    return dict(zip(["<PAD>", "<UNK>"] + keep, range(len(keep) + 2)))


def text_to_indices(text, vocab, max_len=20):
    row = [vocab['<PAD>']] * max_len
    ids = [vocab.get(w, vocab['<UNK>']) for w in text.lower().split()][:max_len]
    row[:len(ids)] = ids
    return row


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.items = [(torch.as_tensor(t).long(), torch.as_tensor(y).long()) for t, y in zip(texts, labels, strict=True)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]
