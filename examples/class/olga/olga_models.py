import torch
from torch import nn

from olga_cells import GRUCell, LSTMCell, VanillaRNN


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
        self.size = hidden_size
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        outputs, _ = self.rnn(x)
        ends = torch.cat((outputs[:, -1, : self.size], outputs[:, 0, self.size :]), dim=-1)
        return self.fc(ends)


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.size = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.bilstm = nn.LSTM(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden_dim, output_dim))

    def forward(self, x):
        _, (h_n, _) = self.bilstm(self.embedding(x))
        last_layer = h_n.view(2, 2, x.shape[0], self.size)[-1]
        return self.head(last_layer.transpose(0, 1).flatten(1))


def count_parameters(module):
    return sum(map(torch.numel, module.parameters()))


def hidden_state_gradients(rnn, x):
    out, hs = rnn(x)
    return [g.norm().item() for g in torch.autograd.grad(out.sum(), hs)]


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    out = rnn(torch.randn(4, seq_length, 10))[0]
    nn.MSELoss()(out, torch.randn(4, 1)).backward()
    return [(k, p.grad.norm().item()) for k, p in rnn.named_parameters()]


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    parts = {"VanillaRNN": (rnn.rnn_step, 0), "LSTM": (LSTMCell(input_size, hidden_size), 3), "GRU": (GRUCell(input_size, hidden_size), 2)}
    table = {}
    for name, (part, gates) in parts.items():
        table[name] = {"parameters": count_parameters(part), "gates": gates}
        table[name]["complexity"] = str(gates + 1) + " times (I*H + H*H)"
    return table


class ImprovedClassifier(nn.Module):

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.load_state_dict({"weight": torch.as_tensor(vectors)})
        self.gru = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        not_pad = (x > 0).unsqueeze(2).float()
        out, h = self.gru(self.embedding(x))
        average = (out * not_pad).sum(1) / not_pad.sum(1).clamp(min=1)
        return self.fc(torch.cat((h[-2], h[-1], average), 1))
