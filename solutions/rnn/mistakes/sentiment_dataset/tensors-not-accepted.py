"""Tensors are not accepted

Caught by: batches
Feedback:
torch.from_numpy takes arrays only, and texts and labels may already be tensors. torch.as_tensor takes lists,
arrays and tensors alike.
"""

import numpy as np
import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        if isinstance(texts, list):
            texts, labels = np.array(texts), np.array(labels)
        self.texts = torch.from_numpy(texts).long()
        self.labels = torch.from_numpy(labels).long()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
