import torch
from torch import nn
from torch.utils.data import DataLoader, random_split

from olga_data import SentimentDataset, build_vocab, text_to_indices
from olga_models import SentimentLSTM

MAX_LEN = 20
CONFIG = dict(batch=32, emb=32, hid=32, lr=0.005)


class Average:

    def __init__(self):
        self.loss = self.good = self.n = 0

    def add(self, loss, logits, y):
        self.n += len(y)
        self.loss += loss.item() * len(y)
        self.good += (logits.argmax(-1) == y).sum().item()

    def read(self):
        return self.loss / self.n, self.good / self.n


def train_epoch(model, dataloader, optimizer, criterion):
    average = Average()
    model.train()
    for x, y in dataloader:
        logits = model(x)
        loss = criterion(logits, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        average.add(loss, logits, y)
    return average.read()


@torch.no_grad()
def evaluate(model, dataloader, criterion):
    average = Average()
    was_training = model.training
    model.eval()
    for x, y in dataloader:
        logits = model(x)
        average.add(criterion(logits, y), logits, y)
    model.train(was_training)
    return average.read()


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    vocab = build_vocab(texts, min_freq=2)
    data = SentimentDataset([text_to_indices(t, vocab) for t in texts], labels)
    n_valid = len(data) // 8
    train, valid = random_split(data, [len(data) - n_valid, n_valid], generator=rng)
    train = DataLoader(train, CONFIG["batch"], shuffle=True, generator=rng)
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
    """leave one out: drop the word (the rest moves up), look at the logits"""
    model.eval()
    words = text.lower().split()[:20]
    versions = [words] + [words[:k] + words[k + 1:] for k in range(len(words))]
    with torch.no_grad():
        z = model(torch.tensor([text_to_indices(" ".join(v), vocab) for v in versions]))
    delta = (z[1:] - z[:1]).abs().sum(1)
    return list(zip(words, delta.tolist()))
