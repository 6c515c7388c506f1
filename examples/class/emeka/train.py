import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from nets import SentimentLSTM
from words import SentimentDataset, build_vocab, text_to_indices


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    running = 0.0
    correct = 0
    n = 0
    for inputs, labels in dataloader:
        optimizer.zero_grad()
        logits = model(inputs)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()

        running += loss.item()
        correct += (logits.argmax(dim=1) == labels).sum().item()
        n += labels.size(0)
    return running / len(dataloader), correct / n


def evaluate(model, dataloader, criterion):
    model.eval()
    running = 0.0
    correct = 0
    n = 0
    with torch.no_grad():
        for inputs, labels in dataloader:
            logits = model(inputs)
            running += criterion(logits, labels).item()
            correct += (logits.argmax(dim=1) == labels).sum().item()
            n += labels.size(0)
    return running / len(dataloader), correct / n


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    n_train = int(len(texts) * 0.9)
    vocab = build_vocab(texts[:n_train], min_freq=2)

    ids = []
    for text in texts:
        ids.append(text_to_indices(text, vocab))
    train_data = SentimentDataset(ids[:n_train], labels[:n_train])
    valid_data = SentimentDataset(ids[n_train:], labels[n_train:])
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
    history = {"train_loss": train_loss, "train_accuracy": train_accuracy,
               "valid_loss": valid_loss, "valid_accuracy": valid_accuracy}
    return model, vocab, history


def predict_sentiment(text, model, vocab):
    model.eval()
    indices = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        probabilities = torch.softmax(model(indices), dim=1)[0]
    predicted = int(probabilities.argmax())
    label = "Positive" if predicted == 1 else "Negative"
    return label, probabilities[predicted].item()


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    x = torch.tensor([text_to_indices(text, vocab)])

    vectors = []

    def keep(module, inputs, output):
        vectors.append(output)

    hook = model.embedding.register_forward_hook(keep)
    logits = model(x)
    hook.remove()

    winner = logits[0].argmax()
    gradient = torch.autograd.grad(logits[0, winner], vectors[0])[0]
    scores = gradient[0].norm(dim=-1).tolist()

    return list(zip(words, scores))
