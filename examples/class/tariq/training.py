import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    loss_sum, correct, n, batches = 0.0, 0, 0, 0
    for text, label in dataloader:
        optimizer.zero_grad()
        output = model(text)
        loss = criterion(output, label)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
        correct += int((output.argmax(1) == label).sum())
        n += label.numel()
        batches += 1
    return loss_sum / batches, correct / n


def evaluate(model, dataloader, criterion):
    model.eval()
    loss_sum, correct, n, batches = 0.0, 0, 0, 0
    with torch.no_grad():
        for text, label in dataloader:
            output = model(text)
            loss_sum += criterion(output, label).item()
            correct += int((output.argmax(1) == label).sum())
            n += label.numel()
            batches += 1
    return loss_sum / batches, correct / n


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    cut = int(len(texts) * 0.9)
    vocab = build_vocab(texts[:cut], min_freq=2)

    x = []
    for text in texts:
        x.append(text_to_indices(text, vocab))
    train_data = SentimentDataset(x[:cut], labels[:cut])
    valid_data = SentimentDataset(x[cut:], labels[cut:])
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    valid_loader = DataLoader(valid_data, batch_size=32, shuffle=False)

    model = SentimentLSTM(vocab_size=len(vocab), embedding_dim=32, hidden_dim=32, output_dim=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()

    train_loss, train_accuracy, valid_loss, valid_accuracy = [], [], [], []
    for epoch in range(1, epochs + 1):
        loss, accuracy = train_epoch(model, train_loader, optimizer, criterion)
        train_loss.append(loss)
        train_accuracy.append(accuracy)
        loss, accuracy = evaluate(model, valid_loader, criterion)
        valid_loss.append(loss)
        valid_accuracy.append(accuracy)
        print("epoch %d: train %.3f valid %.3f" % (epoch, train_accuracy[-1], valid_accuracy[-1]))
    history = {"train_loss": train_loss, "train_accuracy": train_accuracy,
               "valid_loss": valid_loss, "valid_accuracy": valid_accuracy}
    return model, vocab, history
