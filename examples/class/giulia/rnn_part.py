"""
Assignment RNN - part one (cells)
Giulia R.

I wrote every gate as one function call so I can read it like the slides.
"""
import torch
import torch.nn as nn


def cat(h, x):
    return torch.cat((h, x), 1)


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.passo = nn.Linear(hidden_size + input_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.shape[0], self.hidden_size) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.shape[1]):
            h = torch.tanh(self.passo(cat(h, x[:, t])))
            hidden_states.append(h)
        output = self.W_hy(hidden_states[-1])
        return output, hidden_states


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.layers = nn.ModuleList([nn.Linear(hidden_size + input_size, hidden_size) for _ in range(4)])

    def forward(self, x, states=None):
        if states is None:
            h_prev = x.new_zeros(x.shape[0], self.hidden_size)
            c_prev = x.new_zeros(x.shape[0], self.hidden_size)
        else:
            h_prev, c_prev = states
        hx = cat(h_prev, x)
        W_c, W_o, W_f, W_i = self.layers
        c_tilde = torch.tanh(W_c(hx))
        o = torch.sigmoid(W_o(hx))
        f = torch.sigmoid(W_f(hx))
        i = torch.sigmoid(W_i(hx))
        c = torch.mul(f, c_prev) + torch.mul(i, c_tilde)
        h = torch.mul(o, torch.tanh(c))
        return (h, c)


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        if states is not None:
            h, c = states
        else:
            h = x.new_zeros(x.shape[0], self.hidden_size)
            c = x.new_zeros(x.shape[0], self.hidden_size)
        for t in range(x.shape[1]):
            h, c = self.lstm_cell(x[:, t], (h, c))
        return self.fc(h)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_r = nn.Linear(hidden_size + input_size, hidden_size, bias=False)
        self.W_z = nn.Linear(hidden_size + input_size, hidden_size, bias=False)
        self.W_h = nn.Linear(hidden_size + input_size, hidden_size, bias=False)
        self.b_r = nn.Parameter(torch.zeros(hidden_size))
        self.b_z = nn.Parameter(torch.zeros(hidden_size))
        self.b_h = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.shape[0], self.hidden_size)
        hx = cat(h, x)
        z = torch.sigmoid(self.W_z(hx) + self.b_z)
        r = torch.sigmoid(self.W_r(hx) + self.b_r)
        h_tilde = torch.tanh(self.W_h(cat(r * h, x)) + self.b_h)
        h_new = (1 - z) * h + z * h_tilde
        return h_new


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(
            input_size,
            hidden_size,
            num_layers=num_layers,
            batch_first=True,
            bidirectional=True,
        )
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        andata = h_n[-2]
        ritorno = h_n[-1]
        return self.fc(torch.cat([andata, ritorno], dim=1))


def demonstrate_vanishing_gradient(seq_length=50):
    network = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)

    output, _ = network(x)
    loss = nn.MSELoss()(output, target)
    loss.backward()

    lista = []
    for name, param in network.named_parameters():
        lista.append((name, param.grad.norm().item()))
    return lista


def hidden_state_gradients(network, x):
    output, hidden_states = network(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    network = VanillaRNN(input_size, hidden_size, 1)
    results = dict()
    results["VanillaRNN"] = dict(parameters=count_parameters(network.passo), gates=0, complexity="O(H^2 + H*I)")
    results["LSTM"] = dict(parameters=count_parameters(LSTMCell(input_size, hidden_size)), gates=3,
                           complexity="4 times O(H^2 + H*I)")
    results["GRU"] = dict(parameters=count_parameters(GRUCell(input_size, hidden_size)), gates=2,
                          complexity="3 times O(H^2 + H*I)")
    return results
