import torch
from torch import nn

sigmoid, tanh = torch.sigmoid, torch.tanh


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.ih = nn.Linear(input_size, hidden_size)
        self.hh = nn.Linear(hidden_size, hidden_size)
        self.ho = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = h_prev
        if h is None:
            h = x.new_zeros(x.shape[0], self.hh.out_features)
        hs = []
        for xt in x.unbind(1):
            h = tanh(self.ih(xt) + self.hh(h))
            hs.append(h)
        return self.ho(h), hs


class LSTMCell(nn.Module):
    # weight viewed as (gate, H, I + H): f o g i
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.H = hidden_size
        self.lin = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        h, c = states if states is not None else (x.new_zeros(x.shape[0], self.H),) * 2
        f, o, g, i = self.lin(torch.cat((x, h), 1)).view(-1, 4, self.H).unbind(1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        return sigmoid(o) * tanh(c), c


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for xt in x.unbind(dim=1):
            states = self.lstm_cell(xt, states)
        return self.fc(states[0])


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.H = hidden_size
        self.zr = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.n = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.shape[0], self.H)
        z, r = sigmoid(self.zr(torch.cat((x, h), 1))).split(self.H, 1)
        n = tanh(self.n(torch.cat((x, r * h), 1)))
        return h - z * h + z * n


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h_n = self.lstm(x)[1][0]
        return self.fc(torch.cat((*h_n[-2:],), -1))


def count_parameters(module):
    return sum(map(torch.numel, module.parameters()))


def compare_architectures(input_size, hidden_size):
    r, l, g = VanillaRNN(input_size, hidden_size, 1), LSTMCell(input_size, hidden_size), GRUCell(input_size, hidden_size)
    n = [count_parameters(r.ih) + count_parameters(r.hh), count_parameters(l), count_parameters(g)]
    c = ["H*(I+H)", "4*H*(I+H)", "3*H*(I+H)"]
    keys = "parameters", "gates", "complexity"
    return {k: dict(zip(keys, v)) for k, v in zip(("VanillaRNN", "LSTM", "GRU"), zip(n, (0, 3, 2), c))}


def demonstrate_vanishing_gradient(seq_length=50):
    net = VanillaRNN(10, 20, 1)
    out = net(torch.randn(4, seq_length, 10))[0]
    nn.MSELoss()(out, torch.randn(4, 1)).backward()
    return [(k, p.grad.norm().item()) for k, p in net.named_parameters()]


def hidden_state_gradients(net, x):
    out, hs = net(x)
    return [g.norm().item() for g in torch.autograd.grad(out.sum(), hs)]
