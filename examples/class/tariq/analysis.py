import torch
import torch.nn as nn

from gated import GRUCell, LSTMCell
from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)

    output, _ = rnn(x)
    loss = nn.MSELoss()(output, target)
    loss.backward()

    out = []
    for name, param in rnn.named_parameters():
        out.append((name, param.grad.norm().item()))
    return out


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    rnn_parameters = count_parameters(rnn.W_xh) + count_parameters(rnn.W_hh)
    return {
        "VanillaRNN": {
            "parameters": rnn_parameters,
            "gates": 0,
            "complexity": "O(T * (I*H + H^2))",
        },
        "LSTM": {
            "parameters": count_parameters(LSTMCell(input_size, hidden_size)),
            "gates": 3,
            "complexity": "O(T * 4 * (I*H + H^2))",
        },
        "GRU": {
            "parameters": count_parameters(GRUCell(input_size, hidden_size)),
            "gates": 2,
            "complexity": "O(T * 3 * (I*H + H^2))",
        },
    }


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    for h in hidden_states:
        h.retain_grad()
    output.sum().backward()
    norms = []
    for h in hidden_states:
        norms.append(0.0 if h.grad is None else h.grad.norm().item())
    return norms
