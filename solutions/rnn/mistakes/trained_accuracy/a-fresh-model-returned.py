"""Another model is returned than was trained

Caught by: pipeline
Feedback:
The history looks fine, and what comes back was made after the training. Return the model that the optimiser
knew.
"""

import torch
from torch import nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices
from training import evaluate, train_epoch


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n_valid = len(texts) // 10
    train_texts, valid_texts = texts[:-n_valid], texts[-n_valid:]
    train_labels, valid_labels = labels[:-n_valid], labels[-n_valid:]
    vocab = build_vocab(train_texts, min_freq=2)
    train_set = SentimentDataset([text_to_indices(t, vocab) for t in train_texts], train_labels)
    valid_set = SentimentDataset([text_to_indices(t, vocab) for t in valid_texts], valid_labels)
    train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
    valid_loader = DataLoader(valid_set, batch_size=32)
    model = SentimentLSTM(len(vocab), 32, 32, 2)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    history = {"train_loss": [], "train_accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for epoch in range(epochs):
        train_loss, train_acc = train_epoch(model, train_loader, optimizer, criterion)
        valid_loss, valid_acc = evaluate(model, valid_loader, criterion)
        history["train_loss"].append(train_loss)
        history["train_accuracy"].append(train_acc)
        history["valid_loss"].append(valid_loss)
        history["valid_accuracy"].append(valid_acc)
    model = SentimentLSTM(len(vocab), 32, 32, 2)
    return model, vocab, history
