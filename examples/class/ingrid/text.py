from collections import Counter

import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    occurrences = Counter()
    for text in texts:
        occurrences.update(text.lower().split())

    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word, count in occurrences.items():
        if count >= min_freq:
            vocab[word] = len(vocab)
    return vocab


def text_to_indices(text, vocab, max_len=20):
    unk = vocab["<UNK>"]
    pad = vocab["<PAD>"]
    row = [vocab.get(word, unk) for word in text.lower().split()]
    row = row[:max_len]
    return row + [pad] * (max_len - len(row))


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        return self.texts[idx], self.labels[idx]
