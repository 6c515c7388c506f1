import torch
from torch import nn

from rnn import GRUCell, LSTMCell, VanillaRNN


def count_parameters(module):
    total = 0
    for p in module.parameters():
        total = total + p.numel()
    return total


def hidden_state_gradients(rnn, x):
    out, states = rnn(x)
    return [torch.norm(g).item() for g in torch.autograd.grad(torch.sum(out), list(states))]


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x, target = torch.randn(4, seq_length, 10), torch.randn(4, 1)
    nn.MSELoss()(rnn(x)[0], target).backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    result = {}
    for name, module, gates in [
        ("VanillaRNN", rnn.W, 0),
        ("LSTM", LSTMCell(input_size, hidden_size), 3),
        ("GRU", GRUCell(input_size, hidden_size), 2),
    ]:
        result[name] = {
            "parameters": count_parameters(module),
            "gates": gates,
            "complexity": "{} x O(I*H + H*H) per step".format(gates + 1),
        }
    return result
