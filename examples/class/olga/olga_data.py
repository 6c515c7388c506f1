import torch
from torch.utils.data import Dataset
from collections import defaultdict


def build_vocab(texts, min_freq=1):
    occurs = defaultdict(int)
    for word in ' '.join(texts).lower().split():
        occurs[word] += 1
    vocab = {'<PAD>': 0, '<UNK>': 1}
    vocab.update((w, i) for i, w in enumerate((w for w in occurs if occurs[w] >= min_freq), 2))
    return vocab


def text_to_indices(text, vocab, max_len = 20):
    ids = (vocab.get(w, vocab["<UNK>"]) for w in text.lower().split())
    ids = list(ids)[:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.samples = [(torch.as_tensor(t).long(), torch.as_tensor(y).long()) for t, y in zip(texts, labels, strict=True)]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.samples[i]


# have a look at everything once, to be sure that the padding is right
if True:
    example = {"<PAD>": 0, "<UNK>": 1, "film": 2, "good": 3, "bad": 4}
    for length in range(100):
        for word in ("film", "good", "bad", "unknown"):
            for repeat in range(250):
                text = " ".join([word] * (length % 20 + 1))
                print("check", length, word, repeat, text_to_indices(text, example), "ok", "." * 30)
