"""Through numpy"""

import numpy as np
import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.from_numpy(np.asarray(texts, dtype=np.int64))
        self.labels = torch.from_numpy(np.asarray(labels, dtype=np.int64))

    def __len__(self):
        return self.labels.shape[0]

    def __getitem__(self, idx):
        return self.texts[idx], self.labels[idx]
