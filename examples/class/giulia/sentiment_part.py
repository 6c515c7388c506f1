"""
Assignment RNN - part two (sentiment)
Giulia R.
"""
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader


def build_vocab(texts, min_freq=1):
    conteggio = {}
    for text in texts:
        for word in text.lower().split():
            conteggio[word] = conteggio.get(word, 0) + 1
    parole = [word for word in conteggio if conteggio[word] >= min_freq]
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for number, word in enumerate(parole, start=2):
        vocab[word] = number
    return vocab


def text_to_indices(text, vocab, max_len=20):
    result = []
    for word in text.lower().split():
        if len(result) == max_len:
            break
        if word in vocab:
            result.append(vocab[word])
        else:
            result.append(vocab["<UNK>"])
    while len(result) < max_len:
        result.append(vocab["<PAD>"])
    return result


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.texts[i], self.labels[i]


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.bilstm = nn.LSTM(input_size=embedding_dim, hidden_size=hidden_dim, num_layers=2,
                              dropout=0.3, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(p=0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        e = self.embedding(x)
        outputs, (h_n, c_n) = self.bilstm(e)
        s = torch.cat((h_n[2], h_n[3]), 1)
        return self.fc(self.drop(s))


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for batch_x, batch_y in dataloader:
        output = model(batch_x)
        loss = criterion(output, batch_y)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * batch_y.size(0)
        correct += (output.argmax(dim=1) == batch_y).sum().item()
        total += batch_y.size(0)
    return total_loss / total, correct / total


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for batch_x, batch_y in dataloader:
            output = model(batch_x)
            loss = criterion(output, batch_y)
            total_loss += loss.item() * batch_y.size(0)
            correct += (output.argmax(dim=1) == batch_y).sum().item()
            total += batch_y.size(0)
    return total_loss / total, correct / total


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n_valid = max(1, len(texts) // 10)
    vocab = build_vocab(texts[:-n_valid], min_freq=2)
    indices = [text_to_indices(t, vocab) for t in texts]
    train = DataLoader(SentimentDataset(indices[:-n_valid], labels[:-n_valid]), batch_size=32, shuffle=True)
    valid = DataLoader(SentimentDataset(indices[-n_valid:], labels[-n_valid:]), batch_size=32)

    model = SentimentLSTM(len(vocab), 32, 32, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    history = {"train_loss": [], "train_accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(epochs):
        a, b = train_epoch(model, train, optimizer, criterion)
        c, d = evaluate(model, valid, criterion)
        history['train_loss'].append(a)
        history['train_accuracy'].append(b)
        history['valid_loss'].append(c)
        history['valid_accuracy'].append(d)
    return model, vocab, history


def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)
    with torch.no_grad():
        logits = model(x)
    prob = torch.softmax(logits, dim=1)
    negative = prob[0, 0].item()
    positive = prob[0, 1].item()
    if positive > negative:
        return "Positive", positive
    else:
        return "Negative", negative


def word_importance(text, model, vocab):
    """how much does the answer change without the word"""
    model.eval()
    words = text.lower().split()[:20]
    with torch.no_grad():
        full = model(torch.tensor([text_to_indices(" ".join(words), vocab)]))[0]
        best = full.argmax()
        result = []
        for k in range(len(words)):
            rest = " ".join(words[:k] + words[k + 1:])
            score = model(torch.tensor([text_to_indices(rest, vocab)]))[0]
            result.append((words[k], abs(float(full[best] - score[best]))))
    return result


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data.copy_(vectors)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        lengths = (x != 0).sum(dim=1)
        lengths = lengths.clamp(min=1).cpu()
        vectors = self.drop(self.embedding(x))
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        outputs, h_n = self.gru(packed)
        summary = torch.cat([h_n[0], h_n[1]], dim=1)
        return self.fc(self.drop(summary))


if __name__ == "__main__":
    good = ["what a lovely film", "I enjoyed every minute", "warm and funny"]
    bad = ["what a dull film", "I wanted my money back", "cold and clumsy"]
    m, v, h = train_sentiment((good + bad) * 20, ([1] * 3 + [0] * 3) * 20)
    print(h["valid_accuracy"])
    print(predict_sentiment("what a lovely film", m, v))
