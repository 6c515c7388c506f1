import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader
from collections import Counter
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.h = hidden_size
        self.weights = nn.ParameterDict({
            'x': nn.Parameter(torch.randn(input_size, hidden_size) / hidden_size ** .5),
            'h': nn.Parameter(torch.randn(hidden_size, hidden_size) / hidden_size ** .5),
            'b': nn.Parameter(torch.zeros(hidden_size)),
        })
        self.y = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        w = self.weights
        h = h_prev
        if h is None:
            h = torch.zeros(x.size(0), self.h, dtype=x.dtype)
        result = []
        for t in range(x.size(1)):
            h = torch.tanh(x[:, t] @ w['x'] + h @ w['h'] + w['b'])
            result.append(h)
        return self.y(h), result


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.h = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            states = (torch.zeros(x.size(0), self.h, dtype=x.dtype), torch.zeros(x.size(0), self.h, dtype=x.dtype))
        h, c = states
        step = 0
        # go through the sequence
        while True:
            f, i, o, g = self.linear(torch.cat([x, h], 1)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            if step == x.size(1):
                break
            step = + 1
        return h, c


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.h = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            h, c = self.lstm_cell(x[:, t], states)
            states = h, c
        return self.fc(h)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.h = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.size(0), self.h, dtype=x.dtype)
        r, z = torch.sigmoid(self.gates(torch.cat([x, h], 1))).chunk(2, 1)
        n = torch.tanh(self.candidate(torch.cat([x, r * h], 1)))
        return (1 - z) * h + z * n


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x.permute(1, 0, 2))  # time first, torch's default
        return self.fc(torch.cat((*h_n[-2:],), -1))


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    r = sum(p.numel() for p in VanillaRNN(input_size, hidden_size, 1).weights.values())
    l = count_parameters(LSTMCell(input_size, hidden_size))
    g = count_parameters(GRUCell(input_size, hidden_size))
    return {'VanillaRNN': {'parameters': r, 'gates': 0, 'complexity': 'H * (H + I)'},
            'LSTM': {'parameters': l, 'gates': 3, 'complexity': '4 * H * (H + I)'},
            'GRU': {'parameters': g, 'gates': 2, 'complexity': '3 * H * (H + I)'}}


def demonstrate_vanishing_gradient(seq_length=50):
    net = VanillaRNN(10, 20, 1)
    x, y = torch.randn(4, seq_length, 10), torch.randn(4, 1)
    nn.MSELoss()(net(x)[0], y).backward()
    return [(name, p.grad.norm().item()) for name, p in net.named_parameters()]


def hidden_state_gradients(net, x):
    y, states = net(x)
    return [torch.norm(g).item() for g in torch.autograd.grad(torch.sum(y), list(states))]


def build_vocab(texts, min_freq=1):
    count = Counter()
    for word in ' '.join(texts).lower().split():
        count[word] += 1
    vocab = {'<PAD>': 0, '<UNK>': 1}
    vocab.update((w, i) for i, w in enumerate((w for w in count if count[w] >= min_freq), 2))
    return vocab


def text_to_indices(text, vocab, max_len=20):
    unk = vocab["<UNK>"]
    pad = vocab["<PAD>"]
    ids = [vocab.get(word, unk) for word in text.lower().split()]
    ids = ids[:max_len]
    return ids + [pad] * (max_len - len(ids))


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.as_tensor(texts, dtype=torch.long)
        self.labels = torch.as_tensor(labels, dtype=torch.long)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        return self.texts[idx], self.labels[idx]


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, dropout=.3, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        h_n = self.lstm(self.embedding(x.T))[1][0]
        h = torch.cat((*h_n[-2:],), -1)
        return self.fc(F.dropout(h, .3, self.training))


def one_pass(model, dataloader, criterion, optimizer=None):
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


def train_epoch(model, dataloader, optimizer, criterion): return one_pass(model, dataloader, criterion, optimizer)


def evaluate(model, dataloader, criterion): return one_pass(model, dataloader, criterion)


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    border = int(len(texts) * 0.9)
    vocab = build_vocab(texts[:border], min_freq=2)

    encoded = []
    for text in texts:
        encoded.append(text_to_indices(text, vocab))
    train_data = SentimentDataset(encoded[:border], labels[:border])
    valid_data = SentimentDataset(encoded[border:], labels[border:])
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
        p = torch.softmax(model(indices), dim=1)[0]
    predicted = int(p.argmax())
    label = "Positive" if predicted == 1 else "Negative"
    return label, p[predicted].item()


def word_importance(text, model, vocab):
    """Occlusion: how much does the winning logit change when the word becomes <UNK>?"""
    model.eval()
    words = text.lower().split()[:20]
    indices = text_to_indices(text, vocab)
    unk = vocab["<UNK>"]
    with torch.no_grad():
        base = model(torch.tensor([indices]))[0]
        winner = int(base.argmax())
        scores = []
        for position, word in enumerate(words):
            masked = list(indices)
            masked[position] = unk
            changed = model(torch.tensor([masked]))[0]
            scores.append((word, abs((base[winner] - changed[winner]).item())))
    return scores


class ImprovedClassifier(nn.Module):

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data = torch.as_tensor(vectors).to(self.embedding.weight).clone()
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        seq, (h, _) = self.lstm(self.drop(self.embedding(x)))
        top = seq.masked_fill((x == 0)[:, :, None], -1.0).max(dim=1).values
        return self.fc(self.drop(torch.cat((h[0], h[1], top), 1)))


if __name__ == '__main__':
    for T in [5, 10, 20, 50, 100]:
        g = hidden_state_gradients(VanillaRNN(10, 20, 1), torch.randn(4, T, 10))
        plt.plot([v / g[-1] for v in g], label=str(T))
    plt.yscale('log')
    plt.legend()
    plt.savefig('vanishing.png')
