"""An item is a dict

Caught by: items
Feedback:
A pair (ids, label) is asked for. A dict becomes a batch that is a dict, and `for ids, labels in dataloader`
unpacks its keys.
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
        return {"ids": self.texts[index], "label": self.labels[index]}
