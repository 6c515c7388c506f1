import torch
from torch import nn
from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)

    output, _ = rnn(x)
    loss = nn.MSELoss()(output, target)
    loss.backward()

    result = []
    for name, param in rnn.named_parameters():
        result.append((name, param.grad.norm().item()))
    return result


def hidden_state_gradients(rnn, x):
    output, hs = rnn(x)
    grads = torch.autograd.grad(output.sum(), hs)
    return [g.norm().item() for g in grads]


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    per_step = "(I + H) * H"
    return {
        "VanillaRNN": {"parameters": count_parameters(rnn) - count_parameters(rnn.W_hy), "gates": 0, "complexity": per_step},
        "LSTM": {"parameters": count_parameters(LSTMCell(input_size, hidden_size)), "gates": 3, "complexity": "4 * " + per_step},
        "GRU": {"parameters": count_parameters(GRUCell(input_size, hidden_size)), "gates": 2, "complexity": "3 * " + per_step},
    }
