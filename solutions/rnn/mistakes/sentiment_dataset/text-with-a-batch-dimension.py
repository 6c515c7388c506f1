"""Each text is a batch of one

Caught by: items
Feedback:
The DataLoader adds the batch dimension. With yours the ids become [B, 1, T].
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
        return self.texts[index].unsqueeze(0), self.labels[index]
