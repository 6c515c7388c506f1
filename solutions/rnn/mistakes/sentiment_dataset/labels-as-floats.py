"""The labels are floats

Bank: D01
Caught by: items
Feedback:
CrossEntropyLoss takes the number of a class, an int64. Floats of shape [B] are for BCEWithLogitsLoss, and
give here an error about dtypes or shapes.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = texts
        self.labels = labels

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        ids = torch.tensor(self.texts[index], dtype=torch.long)
        return ids, torch.tensor(self.labels[index], dtype=torch.float32)
