import torch
import torch.nn as nn
import torch.nn.functional as F

# NOTE to myself: batch first everywhere!!


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.Wx = nn.Parameter(torch.randn(hidden_size, input_size) * 0.1)
        self.Wh = nn.Parameter(torch.randn(hidden_size, hidden_size) * 0.1)
        self.bh = nn.Parameter(torch.zeros(hidden_size))
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        B, T, _ = x.shape
        if h_prev is None:
            h = torch.zeros(B, self.hidden_size)
        else:
            h = h_prev
        all_h = []
        for t in range(T):
            h = torch.tanh(F.linear(x[:, t], self.Wx) + F.linear(h, self.Wh) + self.bh)
            all_h += [h]
        return self.out(h), all_h


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        # same layout as nn.LSTMCell so that I could compare with it: i f g o
        self.x2h = nn.Linear(input_size, 4 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.size(0), self.hidden_size)
            c = torch.zeros(x.size(0), self.hidden_size)
        else:
            h, c = states
        i, f, g, o = torch.split(self.x2h(x) + self.h2h(h), self.hidden_size, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        # and this one like nn.GRUCell: r z n
        self.x2h = nn.Linear(input_size, 3 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 3 * hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.size(0), self.hidden_size)
        xr, xz, xn = torch.split(self.x2h(x), self.hidden_size, dim=1)
        hr, hz, hn = torch.split(self.h2h(h), self.hidden_size, dim=1)
        r = torch.sigmoid(xr + hr)
        z = torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        return (1 - z) * h + z * n


if __name__ == "__main__":
    mine = LSTMCell(5, 4)
    theirs = nn.LSTMCell(5, 4)
    theirs.weight_ih.data = mine.x2h.weight.data
    theirs.weight_hh.data = mine.h2h.weight.data
    theirs.bias_ih.data = mine.x2h.bias.data
    theirs.bias_hh.data = mine.h2h.bias.data
    x = torch.randn(3, 5)
    s = (torch.randn(3, 4), torch.randn(3, 4))
    print("lstm same?", torch.allclose(mine(x, s)[0], theirs(x, s)[0], atol=1e-6))
    print(GRUCell(5, 4)(x).shape)
