"""Deep Learning, assignment 3. Daria K.

Layout as in torch: weight_ih (4H, I), weight_hh (4H, H), two biases, rows i f g o.
"""
import torch, torch.nn as nn, torch.nn.functional as F


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.in2hid = nn.Linear(input_size, hidden_size)
        self.hid2hid = nn.Linear(hidden_size, hidden_size, bias=False)
        self.hid2out = nn.Linear(hidden_size, output_size)
        nn.init.orthogonal_(self.hid2hid.weight)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(len(x), self.hidden_size) if h_prev is None else h_prev
        hs = [h := torch.tanh(self.in2hid(xt) + self.hid2hid(h)) for xt in x.transpose(0, 1)]
        return self.hid2out(h), hs


class Gates(nn.Module):
    """n affine maps of x plus n affine maps of h"""

    def __init__(self, n, input_size, hidden_size):
        super().__init__()
        k = hidden_size ** -0.5
        new = lambda *s: nn.Parameter(torch.empty(*s).uniform_(-k, k))
        self.n = n
        self.weight_ih, self.bias_ih = new(n * hidden_size, input_size), new(n * hidden_size)
        self.weight_hh, self.bias_hh = new(n * hidden_size, hidden_size), new(n * hidden_size)

    def forward(self, x, h):
        s = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        return s.chunk(self.n, 1)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = Gates(4, input_size, hidden_size)

    def forward(self, x, states=None):
        if states is None:
            states = 2 * (x.new_zeros(len(x), self.hidden_size),)
        h, c = states
        i, f, g, o = self.gates(x, h)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c, c


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell, self.fc = LSTMCell(input_size, hidden_size), nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for xt in x.transpose(0, 1):
            h, c = states = self.lstm_cell(xt, states)
        return self.fc(h)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.zr = Gates(2, input_size, hidden_size)
        self.n = Gates(1, input_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(len(x), self.hidden_size)
        z, r = map(torch.sigmoid, self.zr(x, h))
        (n,) = self.n(x, r * h)
        n = n.tanh()
        return h + z * (n - h)


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h_n = self.lstm(x.transpose(0, 1))[1][0]  # time first, torch's default
        return self.fc(torch.cat((*h_n[-2:],), -1))


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


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    rows = [
        ("VanillaRNN", count_parameters(rnn) - count_parameters(rnn.hid2out), 0, 1),
        ("LSTM", count_parameters(LSTMCell(input_size, hidden_size)), 3, 4),
        ("GRU", count_parameters(GRUCell(input_size, hidden_size)), 2, 3),
    ]
    return {name: {"parameters": n, "gates": gates, "complexity": f"{k}(IH + HH) per step"} for name, n, gates, k in rows}


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    out = rnn(torch.randn(4, seq_length, 10))[0]
    nn.MSELoss()(out, torch.randn(4, 1)).backward()
    return [(k, p.grad.norm().item()) for k, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    out, hs = rnn(x)
    return [g.norm().item() for g in torch.autograd.grad(out.sum(), hs)]
