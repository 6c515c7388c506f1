"""Deep Learning, assignment 3, second half. Daria K."""
from collections import Counter

import torch, torch.nn as nn
from torch.utils.data import DataLoader, Dataset

from models import SentimentLSTM


def split(text): return text.lower().split()


def build_vocab(texts, min_freq=1):
    c = Counter(w for t in texts for w in split(t))
    keep = [w for w, n in c.most_common() if n >= min_freq]
    return dict(zip(["<PAD>", "<UNK>"] + keep, range(len(keep) + 2)))


def text_to_indices(text, vocab, max_len=20):
    ids = [vocab["<PAD>"]] * max_len
    for k, w in enumerate(split(text)[:max_len]):
        ids[k] = vocab.get(w, vocab["<UNK>"])
    return ids


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.x, self.y = (torch.as_tensor(v).long() for v in (texts, labels))

    def __len__(self): return self.x.shape[0]
    def __getitem__(self, i): return self.x[i], self.y[i]


def run(model, dataloader, criterion, optimizer=None):
    """one pass; learns iff there is an optimizer"""
    model.train(optimizer is not None)
    loss_sum = hits = n = 0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in dataloader:
            out = model(x)
            loss = criterion(out, y)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            loss_sum += loss.item() * len(x)
            hits += int((out.argmax(1) == y).sum())
            n += len(x)
    return loss_sum / n, hits / n


def train_epoch(model, dataloader, optimizer, criterion): return run(model, dataloader, criterion, optimizer)
def evaluate(model, dataloader, criterion): return run(model, dataloader, criterion)


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n = len(texts) - len(texts) // 10
    vocab = build_vocab(texts[:n], 2)
    ids = [text_to_indices(t, vocab) for t in texts]
    tr = DataLoader(SentimentDataset(ids[:n], labels[:n]), 32, True)
    va = DataLoader(SentimentDataset(ids[n:], labels[n:]), 32)
    net = SentimentLSTM(len(vocab), 32, 32, 2)
    opt, crit = torch.optim.Adam(net.parameters(), 5e-3), nn.CrossEntropyLoss()
    hist = {k: [] for k in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")}
    for _ in range(epochs):
        for k, v in zip(hist, (*train_epoch(net, tr, opt, crit), *evaluate(net, va, crit))):
            hist[k].append(v)
    return net, vocab, hist


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.no_grad():
        p = model(torch.tensor(text_to_indices(text, vocab))[None])[0].softmax(0).tolist()
    return max(zip(("Negative", "Positive"), p), key=lambda t: t[1])


def word_importance(text, model, vocab):
    """leave one out: drop the word (the rest moves up), look at the logits"""
    model.eval()
    words = split(text)[:20]
    versions = [words] + [words[:k] + words[k + 1:] for k in range(len(words))]
    with torch.no_grad():
        z = model(torch.tensor([text_to_indices(" ".join(v), vocab) for v in versions]))
    delta = (z[1:] - z[:1]).abs().sum(1)
    return list(zip(words, delta.tolist()))


class ImprovedClassifier(nn.Module):
    """two GRU layers, mean over the real words beside the last states"""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.load_state_dict({"weight": torch.as_tensor(vectors)})
        self.gru = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        mask = (x > 0).unsqueeze(2).float()
        out, h = self.gru(self.embedding(x))
        mean = (out * mask).sum(1) / mask.sum(1).clamp(min=1)
        return self.fc(torch.cat((h[-2], h[-1], mean), 1))
