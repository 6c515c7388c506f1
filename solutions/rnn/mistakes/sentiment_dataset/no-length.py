"""__len__ is missing

Caught by: items
Feedback:
len(dataset) is a TypeError, and the DataLoader needs it to know when an epoch is over.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
