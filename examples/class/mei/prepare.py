import torch
from torch.utils.data import Dataset
import pandas as pd


def build_vocab(texts, min_freq=1):
    words = pd.Series(" ".join(texts).lower().split(), dtype=object)
    counts = words.value_counts(sort=False)
    kept = counts[counts >= min_freq].index
    vocab = {"<PAD>": 0, "<UNK>": 1}
    vocab.update({str(w): i + 2 for i, w in enumerate(kept)})
    return vocab


def text_to_indices(text, vocab, max_len=20):
    ids = [vocab["<PAD>"]] * max_len
    for k, w in enumerate(text.lower().split()[:max_len]):
        ids[k] = vocab.get(w, vocab["<UNK>"])
    return ids


class SentimentDataset(Dataset):
    def __init__(self, x, y):
        self.x = torch.as_tensor(x, dtype=torch.long)
        self.y = torch.as_tensor(y, dtype=torch.long)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]
