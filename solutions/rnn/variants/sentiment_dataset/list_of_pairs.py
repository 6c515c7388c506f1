"""A list of pairs of tensors, items as lists"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.items = [[torch.tensor([int(w) for w in t]), torch.tensor(int(y))] for t, y in zip(texts, labels)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, idx):
        return self.items[idx]
