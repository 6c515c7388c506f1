#!/usr/bin/env python3
# -*- coding: utf-8 -*-
#
#   Sven Lindqvist, group 4
#   everything in one file because I like to scroll
#
#   contents
#     1  recurrent cells
#     2  analysis
#     3  words
#     4  sentiment
#     5  playground (only when started as a script)

from collections import defaultdict
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader


# ============================================================ 1  recurrent cells

class Gate(nn.Module):
    """act(A x + B h), one bias is enough so B has none"""

    def __init__(self, input_size, hidden_size, act):
        super().__init__()
        self.A = nn.Linear(input_size, hidden_size)
        self.B = nn.Linear(hidden_size, hidden_size, bias=False)
        self.act = act

    def forward(self, x, h):
        return self.act(self.A(x) + self.B(h))


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.recurrence = Gate(input_size, hidden_size, torch.tanh)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = x.new_zeros((x.size(0), self.hidden_size))
        states = [h_prev]
        for x_t in torch.unbind(x, dim=1):
            states.append(self.recurrence(x_t, states[-1]))
        del states[0]                      # that one was given, not computed
        return self.readout(states[-1]), states


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gate = nn.ModuleDict({
            'input':     Gate(input_size, hidden_size, torch.sigmoid),
            'forget':    Gate(input_size, hidden_size, torch.sigmoid),
            'output':    Gate(input_size, hidden_size, torch.sigmoid),
            'candidate': Gate(input_size, hidden_size, torch.tanh),
        })

    def forward(self, x, states=None):
        if states is None:
            h = c = x.new_zeros((x.size(0), self.hidden_size))
        else:
            h, c = states
        v = {name: gate(x, h) for name, gate in self.gate.items()}
        c = v['forget'] * c + v['input'] * v['candidate']
        return v['output'] * F.tanh(c), c


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        t, T = 0, x.size(1)
        while t < T:
            states = self.lstm_cell(x[:, t, :], states)
            t += 1
        return self.fc(states[0])


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.reset = Gate(input_size, hidden_size, torch.sigmoid)
        self.update = Gate(input_size, hidden_size, torch.sigmoid)
        self.candidate = Gate(input_size, hidden_size, torch.tanh)

    def forward(self, x, h=None):
        h = x.new_zeros((x.size(0), self.hidden_size)) if h is None else h
        r, z = self.reset(x, h), self.update(x, h)
        n = self.candidate(x, r * h)       # reset first, product afterwards
        return torch.lerp(h, n, z)         # = (1 - z) h + z n


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.net = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size + hidden_size, output_size)

    def forward(self, x):
        h = self.net(x)[1][0][-2:]                     # (2, B, H): top layer, both directions
        return self.fc(h.permute(1, 0, 2).reshape(x.size(0), -1))


# ============================================================ 2  analysis

def count_parameters(module):
    return int(sum(np.prod(tuple(p.shape), dtype=int) for p in module.parameters()))


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    out = {}
    for name, part, gates, products in (
        ('VanillaRNN', rnn.recurrence, 0, 1),
        ('LSTM', LSTMCell(input_size, hidden_size), 3, 4),
        ('GRU', GRUCell(input_size, hidden_size), 2, 3),
    ):
        out[name] = {
            'parameters': count_parameters(part),
            'gates': gates,
            'complexity': f'{products} * H * (I + H) multiplications per step',
        }
    return out


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x, y = torch.randn(4, seq_length, 10), torch.randn(4, 1)
    nn.MSELoss()(rnn(x)[0], y).backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    y, states = rnn(x)
    return [torch.norm(g).item() for g in torch.autograd.grad(torch.sum(y), list(states))]


# ============================================================ 3  words

def build_vocab(texts, min_freq=1):
    count = defaultdict(int)
    for word in ' '.join(texts).lower().split():
        count[word] += 1
    vocab = {'<PAD>': 0, '<UNK>': 1}
    vocab.update((w, i) for i, w in enumerate((w for w in count if count[w] >= min_freq), 2))
    return vocab


def text_to_indices(text, vocab, max_len=20):
    row = np.full(max_len, vocab['<PAD>'])
    ids = [vocab.get(w, vocab['<UNK>']) for w in text.lower().split()][:max_len]
    row[:len(ids)] = ids
    return row.tolist()


class SentimentDataset(Dataset):
    def __init__(self, texts, labels):
        self.texts = torch.from_numpy(np.array(texts, dtype=np.int64))
        self.labels = torch.from_numpy(np.array(labels, dtype=np.int64))

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        return self.texts[i], self.labels[i]


# ============================================================ 4  sentiment

class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, dropout=0.3,
                            batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim + hidden_dim, output_dim)

    def forward(self, x):
        seq, _ = self.lstm(self.embedding(x))
        half = seq.size(2) // 2
        fwd, bwd = seq[:, -1, :half], seq[:, 0, half:]
        return self.fc(self.dropout(torch.cat((fwd, bwd), 1)))


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    loss_sum, right, n, batches = 0.0, 0, 0, 0
    for text, label in dataloader:
        model.zero_grad()
        optimizer.zero_grad()              # both, to be on the safe side
        score = model(text)
        loss = criterion(score, label)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
        right += int((score.argmax(1) == label).sum())
        n += label.numel()
        batches += 1
    return loss_sum / batches, right / n


def evaluate(model, dataloader, criterion):
    model.eval()
    loss_sum, right, n, batches = 0.0, 0, 0, 0
    with torch.no_grad():
        for text, label in dataloader:
            score = model(text)
            loss_sum += criterion(score, label).item()
            right += int((score.argmax(1) == label).sum())
            n += label.numel()
            batches += 1
    return loss_sum / batches, right / n


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    np.random.seed(seed)
    n_valid = max(1, len(texts) // 10)
    vocab = build_vocab(texts[:-n_valid], min_freq=2)
    rows = [text_to_indices(t, vocab) for t in texts]
    train = DataLoader(SentimentDataset(rows[:-n_valid], labels[:-n_valid]), batch_size=32, shuffle=True)
    valid = DataLoader(SentimentDataset(rows[-n_valid:], labels[-n_valid:]), batch_size=32)

    model = SentimentLSTM(len(vocab), 32, 32, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    history = defaultdict(list)
    for _ in range(epochs):
        a, b = train_epoch(model, train, optimizer, criterion)
        c, d = evaluate(model, valid, criterion)
        history['train_loss'].append(a)
        history['train_accuracy'].append(b)
        history['valid_loss'].append(c)
        history['valid_accuracy'].append(d)
    return model, vocab, dict(history)


def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.tensor(text_to_indices(text, vocab)).view(1, -1)
    with torch.no_grad():
        p = F.softmax(model(x), dim=1).numpy()[0]
    k = int(np.argmax(p))
    return ['Negative', 'Positive'][k], float(p[k])


def word_importance(text, model, vocab):
    # integrated gradients from the zero vector, 16 steps
    model.eval()
    words = text.lower().split()[:20]
    x = torch.tensor(text_to_indices(text, vocab)).view(1, -1)
    with torch.no_grad():
        k = int(model(x).argmax())
        E = model.embedding(x)
    total = torch.zeros_like(E)
    for step in range(1, 17):
        point = (E * (step / 16)).requires_grad_()
        handle = model.embedding.register_forward_hook(lambda m, i, o: point)
        score = model(x)[0, k]
        handle.remove()
        total += torch.autograd.grad(score, point)[0]
    ig = (E * total / 16).sum(-1).abs()[0]
    return [(w, float(s)) for w, s in zip(words, ig)]


class ImprovedClassifier(nn.Module):
    """baseline + maximum over time, a dropout on the words"""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data = torch.as_tensor(vectors).to(self.embedding.weight).clone()
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        seq, (h, _) = self.lstm(self.dropout(self.embedding(x)))
        top = seq.masked_fill((x == 0)[:, :, None], -1.0).max(dim=1).values
        return self.fc(self.dropout(torch.cat((h[0], h[1], top), 1)))


# ============================================================ 5  playground

if __name__ == '__main__':
    start = time.time()
    for T in (10, 50, 100):
        g = hidden_state_gradients(VanillaRNN(10, 20, 1), torch.randn(4, T, 10))
        print(T, 'first/last =', g[0] / g[-1])
    print(compare_architectures(10, 20))
    print('took', time.time() - start)
