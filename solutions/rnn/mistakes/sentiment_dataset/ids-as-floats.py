"""The ids are floats

Bank: D03
Caught by: items
Feedback:
torch.Tensor(...) makes float32 of everything. An embedding looks rows up by number and needs int64:
torch.tensor(..., dtype=torch.long).
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = texts
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return torch.Tensor(self.texts[index]), torch.tensor(self.labels[index], dtype=torch.long)
