"""A counter decides which item comes, not the index

Caught by: items
Feedback:
The items come in order as long as somebody asks in order, once. A DataLoader with shuffle=True and a second
epoch do not. Use the index.
"""

import torch
from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)
        self.position = -1

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        self.position += 1
        return self.texts[self.position % len(self)], self.labels[self.position % len(self)]
