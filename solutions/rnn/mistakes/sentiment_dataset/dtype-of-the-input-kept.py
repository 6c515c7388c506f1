"""The dtype is that of what comes in

Caught by: batches
Feedback:
A list of whole numbers becomes int64 by itself, but an array of int32 stays int32, and CrossEntropyLoss takes
int64 labels only. Say the dtype: torch.as_tensor(labels, dtype=torch.long).
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts)
        self.labels = torch.as_tensor(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
