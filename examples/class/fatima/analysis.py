import torch
from torch import nn
from torch.nn import functional as F

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count_parameters(module):
    return sum(map(torch.numel, module.parameters()))


def recurrent_part(rnn):
    # everything but W_hy
    return sum(p.numel() for name, p in rnn.named_parameters() if not name.startswith("W_hy"))


def compare_architectures(input_size, hidden_size):
    n = {
        "VanillaRNN": recurrent_part(VanillaRNN(input_size, hidden_size, 1)),
        "LSTM": count_parameters(LSTMCell(input_size, hidden_size)),
        "GRU": count_parameters(GRUCell(input_size, hidden_size)),
    }
    gates = {"VanillaRNN": 0, "LSTM": 3, "GRU": 2}
    return {
        name: {
            "parameters": n[name],
            "gates": gates[name],
            "complexity": f"O({gates[name] + 1} * H * (I + H)) per step",
        }
        for name in n
    }


def demonstrate_vanishing_gradient(seq_length=50):
    model = VanillaRNN(10, 20, 1)
    y, _ = model(torch.randn(4, seq_length, 10))
    F.mse_loss(y, torch.randn(4, 1)).backward()
    return [(name, float(p.grad.norm())) for name, p in model.named_parameters()]


def hidden_state_gradients(rnn, x):
    y, states = rnn(x)
    for h in states:
        h.retain_grad()
    y.sum().backward()
    return [float(h.grad.norm()) for h in states]
