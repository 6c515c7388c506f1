"""ids and labels are int32

Caught by: items
Feedback:
torch.IntTensor holds 32 bits. CrossEntropyLoss takes int64 labels only: torch.long.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts).int()
        self.labels = torch.as_tensor(labels).int()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
