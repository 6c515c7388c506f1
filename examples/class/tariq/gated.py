import torch
import torch.nn as nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        n = hidden_size + input_size
        self.reset = nn.Linear(n, hidden_size)
        self.update = nn.Linear(n, hidden_size)
        self.new = nn.Linear(n, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.size(0), self.hidden_size).type_as(x)
        hx = torch.cat([x, h], dim=1)
        r = torch.sigmoid(self.reset(hx))
        z = torch.sigmoid(self.update(hx))
        h_tilde = torch.tanh(self.new(torch.cat([x, r * h], dim=1)))
        return (1 - z) * h + z * h_tilde


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(LSTMCell, self).__init__()
        self.hidden_size = hidden_size
        self.U = nn.ModuleDict({k: nn.Linear(input_size, hidden_size) for k in "fiog"})
        self.W = nn.ModuleDict({k: nn.Linear(hidden_size, hidden_size) for k in "fiog"})

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.size(0), self.hidden_size).type_as(x)
            c = torch.zeros(x.size(0), self.hidden_size).type_as(x)
        else:
            h, c = states
        pre = {k: self.U[k](x) + self.W[k](h) for k in "fiog"}
        c = torch.sigmoid(pre["f"]) * c + torch.sigmoid(pre["i"]) * torch.tanh(pre["g"])
        h = torch.sigmoid(pre["o"]) * torch.tanh(c)
        return h, c


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t, :], states)
        h, c = states
        return self.fc(h)


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers,
                            bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        outputs, (h_n, c_n) = self.lstm(x)
        h_n = h_n.reshape(self.num_layers, 2, x.shape[0], self.hidden_size)
        left_to_right = h_n[-1, 0]
        right_to_left = h_n[-1, 1]
        return self.fc(torch.cat([left_to_right, right_to_left], dim=1))
