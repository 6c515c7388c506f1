import torch
from torch.utils.data import Dataset

PAD = "<PAD>"
UNK = "<UNK>"


def tokens(text):
    # the same tokeniser everywhere
    return text.lower().split()


def build_vocab(texts, min_freq=1):
    # 1. count every word
    frequency = {}
    for text in texts:
        for word in tokens(text):
            frequency[word] = frequency.get(word, 0) + 1
    # 2. keep the frequent ones
    kept = [word for word in frequency if frequency[word] >= min_freq]
    # 3. number the KEPT ones (otherwise there are holes)
    vocab = {PAD: 0, UNK: 1}
    for number, word in enumerate(kept, start=2):
        vocab[word] = number
    return vocab


def text_to_indices(text, vocab, max_len=20):
    result = []
    for word in tokens(text):
        if len(result) == max_len:
            break
        if word in vocab:
            result.append(vocab[word])
        else:
            result.append(vocab[UNK])
    while len(result) < max_len:
        result.append(vocab[PAD])
    return result


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        # texts are lists of indices that all have the same length
        self.texts = texts
        self.labels = labels

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, idx):
        text = torch.tensor(self.texts[idx], dtype=torch.long)
        label = torch.tensor(self.labels[idx], dtype=torch.long)
        return text, label
