from collections import Counter
import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    freq = Counter()
    for text in texts:
        freq.update(text.lower().split())

    vocab = {"<PAD>": 0, "<UNK>": 1}
    for word, count in freq.items():
        if count >= min_freq:
            vocab[word] = len(vocab)
    return vocab


def text_to_indices(text, vocab, max_len=20):
    ids = []
    for word in text.lower().split():
        if len(ids) == max_len:
            break
        if word in vocab:
            ids.append(vocab[word])
        else:
            ids.append(vocab["<UNK>"])
    while len(ids) < max_len:
        ids.append(vocab["<PAD>"])
    return ids


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        return self.texts[idx], self.labels[idx]
