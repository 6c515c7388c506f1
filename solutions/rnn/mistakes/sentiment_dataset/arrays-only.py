"""Lists are not accepted

Caught by: items
Feedback:
torch.from_numpy takes arrays only. The handout allows lists, arrays and tensors: torch.as_tensor takes all
three.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.from_numpy(texts).long()
        self.labels = torch.from_numpy(labels).long()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
