import torch
from torch.utils.data import Dataset


def build_vocab(texts, min_freq=1):
    counts = {}
    for t in texts:
        for w in t.lower().split():
            counts[w] = counts.get(w, 0) + 1
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for w in sorted(counts, key=counts.get, reverse=True):
        if counts[w] >= min_freq:
            vocab[w] = len(vocab)
    return vocab


def text_to_indices(text, vocab, max_len=20):
    ids = []
    for w in text.lower().split()[:max_len]:
        ids.append(vocab.get(w, vocab["<UNK>"]))
    ids.extend([vocab["<PAD>"]] * (max_len - len(ids)))
    return ids


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.int64)
        self.labels = torch.as_tensor(labels, dtype=torch.int64)

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        return self.texts[i], self.labels[i]
