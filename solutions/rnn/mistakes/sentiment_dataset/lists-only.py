"""Arrays are not accepted

Caught by: batches
Feedback:
`if not texts` asks an array whether it is true, and an array of many numbers has no answer. Ask for its
length, or leave the question out.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        if not texts or not labels:
            raise ValueError("no data")
        self.texts = torch.tensor(texts, dtype=torch.long)
        self.labels = torch.tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
