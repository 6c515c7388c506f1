import torch
from torch import nn
from torch.utils.data import DataLoader

from text import build_vocab, text_to_indices, SentimentDataset
from sentiment_lstm import SentimentLSTM


def number_correct(logits, labels):
    _, predicted = torch.max(logits, 1)       # over the classes
    return (predicted == labels).sum().item()


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()                              # dropout on
    losses = []
    correct = 0
    seen = 0
    for x, y in dataloader:
        optimizer.zero_grad()                  # 1. forget the old gradients
        logits = model(x)                      # 2. forward
        loss = criterion(logits, y)            # 3. loss
        loss.backward()                        # 4. backward
        optimizer.step()                       # 5. update
        losses.append(loss.item())
        correct += number_correct(logits, y)
        seen += len(y)
    return sum(losses) / len(losses), correct / seen


def evaluate(model, dataloader, criterion):
    model.eval()                               # dropout off
    losses = []
    correct = 0
    seen = 0
    for x, y in dataloader:
        with torch.no_grad():
            logits = model(x)
            loss = criterion(logits, y)
        losses.append(loss.item())
        correct += number_correct(logits, y)
        seen += len(y)
    return sum(losses) / len(losses), correct / seen


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    # the last tenth is for validation
    cut = int(len(texts) * 0.9)
    vocab = build_vocab(texts[:cut], min_freq=2)

    x = []
    for text in texts:
        x.append(text_to_indices(text, vocab))
    train_data = SentimentDataset(x[:cut], labels[:cut])
    valid_data = SentimentDataset(x[cut:], labels[cut:])
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    valid_loader = DataLoader(valid_data, batch_size=32, shuffle=False)

    # sizes from the handout
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
