"""len() is the length of a text, not the number of texts

Bank: D02
Caught by: items
Feedback:
The DataLoader believes __len__: it stops after T texts, or asks for more than there are.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return self.texts.shape[1]

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
