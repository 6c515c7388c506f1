"""Holds a random tenth out, with Subset"""

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices
from training import evaluate, train_epoch


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    order = torch.randperm(len(texts)).tolist()
    cut = len(texts) * 9 // 10
    vocab = build_vocab([texts[i] for i in order[:cut]], min_freq=2)
    data = SentimentDataset([text_to_indices(t, vocab) for t in texts], labels)
    train = DataLoader(Subset(data, order[:cut]), batch_size=32, shuffle=True)
    valid = DataLoader(Subset(data, order[cut:]), batch_size=64)
    model = SentimentLSTM(len(vocab), 32, 32, 2)
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    history = dict(train_loss=[], train_accuracy=[], valid_loss=[], valid_accuracy=[])
    for _ in range(epochs):
        for part, (loss, accuracy) in {"train": train_epoch(model, train, optimizer, loss_function),
                                       "valid": evaluate(model, valid, loss_function)}.items():
            history[part + "_loss"].append(loss)
            history[part + "_accuracy"].append(accuracy)
    return model, vocab, history
