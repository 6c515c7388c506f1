"""The items are plain lists and ints

Caught by: items
Feedback:
Of lists the DataLoader makes T tensors of shape [B], one for each position, instead of one of shape [B, T].
Make tensors, here or in __init__.
"""

from torch.utils.data import Dataset


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = texts
        self.labels = labels

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        return self.texts[index], self.labels[index]
