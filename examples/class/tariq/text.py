from collections import Counter
import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    counter = Counter()
    for text in texts:
        counter.update(text.lower().split())

    vocab = {"<PAD>": 0, "<UNK>": 1}
    for token, count in counter.items():
        if count >= min_freq:
            vocab[token] = len(vocab)
    return vocab


def text_to_indices(text, vocab, max_len=20):
    unk = vocab["<UNK>"]
    pad = vocab["<PAD>"]
    indices = [vocab.get(token, unk) for token in text.lower().split()]
    indices = indices[:max_len]
    return indices + [pad] * (max_len - len(indices))


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, idx):
        text = self.texts[idx]
        label = self.labels[idx]
        return text, label
