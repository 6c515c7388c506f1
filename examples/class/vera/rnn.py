from torch import nn
import torch


class Step(nn.Module):
    """tanh(W_xh x + W_hh h + b_h)"""

    def __init__(self, i, h):
        super().__init__()
        self.W_xh = nn.Parameter(torch.empty(h, i))
        self.W_hh = nn.Parameter(torch.empty(h, h))
        self.b_h = nn.Parameter(torch.zeros(h))
        nn.init.xavier_uniform_(self.W_xh)
        nn.init.orthogonal_(self.W_hh)

    def forward(self, x, h):
        return torch.tanh(torch.einsum("hi,bi->bh", self.W_xh, x) + torch.einsum("gh,bh->bg", self.W_hh, h) + self.b_h)


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.size = hidden_size
        self.step = Step(input_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = h_prev if h_prev is not None else x.new_zeros(len(x), self.size)
        hidden_states = []
        for x_t in x.unbind(1):
            hidden_states.append(h := self.step(x_t, h))
        return self.W_hy(h), hidden_states


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.size = hidden_size
        self.from_x = nn.Linear(input_size, 4 * hidden_size)
        self.from_h = nn.Linear(hidden_size, 4 * hidden_size, bias=False)

    def forward(self, x, states=None):
        if states is None:
            states = [x.new_zeros(len(x), self.size) for _ in "hc"]
        h, c = states
        s = (self.from_x(x) + self.from_h(h)).reshape(len(x), 4, self.size)
        gates, g = s[:, :3].sigmoid(), s[:, 3].tanh()
        c = c * gates[:, 0] + g * gates[:, 1]
        return c.tanh() * gates[:, 2], c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.size = hidden_size
        self.r = nn.Linear(input_size + hidden_size, hidden_size)
        self.z = nn.Linear(input_size + hidden_size, hidden_size)
        self.h = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h=None):
        h = h if h is not None else x.new_zeros(len(x), self.size)
        r = self.r(torch.cat([x, h], -1)).sigmoid()
        keep = self.z(torch.cat([x, h], -1)).sigmoid()
        new = self.h(torch.cat([x, r * h], -1)).tanh()
        return keep * h + (1 - keep) * new


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for x_t in x.unbind(dim=1):
            states = self.lstm_cell(x_t, states)
        return self.fc(states[0])


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size + hidden_size, output_size)

    def forward(self, x):
        h = self.lstm(x)[1][0][-2:]
        return self.fc(h.permute(1, 0, 2).reshape(x.size(0), -1))


def count_parameters(module):
    return sum(map(torch.numel, module.parameters()))


def compare_architectures(input_size, hidden_size):
    n = count_parameters
    return {
        "VanillaRNN": {"parameters": n(Step(input_size, hidden_size)), "gates": 0, "complexity": "H*I + H*H per step"},
        "LSTM": {"parameters": n(LSTMCell(input_size, hidden_size)), "gates": 3, "complexity": "4*(H*I + H*H) per step"},
        "GRU": {"parameters": n(GRUCell(input_size, hidden_size)), "gates": 2, "complexity": "3*(H*I + H*H) per step"},
    }


def demonstrate_vanishing_gradient(seq_length=50):
    model = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    y = torch.randn(4, 1)
    y_hat, _ = model(x)
    loss = nn.functional.mse_loss(y_hat, y)
    model.zero_grad()
    loss.backward()
    norms_ = []
    for name, p in model.named_parameters():
        norm = torch.linalg.norm(p.grad).item()
        norms_.append((name, norm))
    return norms_


def hidden_state_gradients(rnn, x):
    output, states = rnn(x)
    gradients = torch.autograd.grad(output.sum(), states)
    norms = []
    for g in gradients:
        norms.append(float((g ** 2).sum().sqrt()))
    return norms
