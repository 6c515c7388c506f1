"""The label comes first

Bank: D04
Caught by: items
Feedback:
The training loop unpacks `for ids, labels in dataloader`. The pair is (ids, label), in this order.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.labels[index], self.texts[index]
