"""A subclass of TensorDataset"""

import torch
from torch.utils.data import TensorDataset


class SentimentDataset(TensorDataset):
    def __init__(self, texts, labels):
        super().__init__(torch.as_tensor(texts).long(), torch.as_tensor(labels).long())
