"""Each label is a tensor of shape [1]

Caught by: items
Feedback:
The batches then have labels of shape [B, 1], which CrossEntropyLoss takes for something else. A label has no
dimension: no brackets around it.
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
        return torch.tensor(self.texts[index]).long(), torch.tensor([self.labels[index]]).long()
