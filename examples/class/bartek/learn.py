# bartek - training, prediction, explanation
from __future__ import annotations

import torch
from torch import nn
from torch.utils.data import DataLoader, random_split

from networks import SentimentLSTM
from textdata import MAX_LEN, SentimentDataset, build_vocab, text_to_indices

CONFIG = dict(batch=32, emb=32, hid=32, lr=5e-3)


class Meter:
    """Mean loss and accuracy over samples, so a short last batch weighs what it should."""

    def __init__(self) -> None:
        self.loss = self.hits = self.n = 0

    def add(self, loss, logits, y) -> None:
        self.n += len(y)
        self.loss += loss.item() * len(y)
        self.hits += (logits.argmax(-1) == y).sum().item()

    def read(self) -> tuple[float, float]:
        return self.loss / self.n, self.hits / self.n


def train_epoch(model, dataloader, optimizer, criterion):
    meter = Meter()
    model.train()
    for x, y in dataloader:
        logits = model(x)
        loss = criterion(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        meter.add(loss, logits, y)
    return meter.read()


@torch.no_grad()
def evaluate(model, dataloader, criterion):
    meter = Meter()
    was_training = model.training
    model.eval()
    for x, y in dataloader:
        logits = model(x)
        meter.add(criterion(logits, y), logits, y)
    model.train(was_training)
    return meter.read()


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    vocab = build_vocab(texts, min_freq=2)
    data = SentimentDataset([text_to_indices(t, vocab) for t in texts], labels)
    n_valid = len(data) // 8
    train, valid = random_split(data, [len(data) - n_valid, n_valid], generator=g)
    train = DataLoader(train, CONFIG["batch"], shuffle=True, generator=g)
    valid = DataLoader(valid, 4 * CONFIG["batch"])

    model = SentimentLSTM(len(vocab), CONFIG["emb"], CONFIG["hid"], 2)
    optimizer = torch.optim.AdamW(model.parameters(), CONFIG["lr"])
    criterion = nn.CrossEntropyLoss()
    keys = "train_loss", "train_accuracy", "valid_loss", "valid_accuracy"
    rows = [
        train_epoch(model, train, optimizer, criterion) + evaluate(model, valid, criterion) for _ in range(epochs)
    ]
    return model, vocab, dict(zip(keys, map(list, zip(*rows))))


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.inference_mode():
        p = model(torch.tensor([text_to_indices(text, vocab)])).softmax(-1).squeeze(0)
    confidence, k = p.max(-1)
    return ("Negative", "Positive")[k], confidence.item()


def word_importance(text, model, vocab):
    """| gradient x input | of the winning logit, summed over the embedding."""
    words = text.lower().split()[:MAX_LEN]
    ids = torch.tensor([text_to_indices(text, vocab)])
    kept = {}

    def hook(module, args, out):
        kept["e"] = out.detach().requires_grad_()
        return kept["e"]

    model.eval()
    handle = model.embedding.register_forward_hook(hook)
    try:
        logits = model(ids)
    finally:
        handle.remove()
    (grad,) = torch.autograd.grad(logits.max(), kept["e"])
    score = (grad * kept["e"].detach()).sum(-1).abs().squeeze(0)
    return [(w, s.item()) for w, s in zip(words, score)]
