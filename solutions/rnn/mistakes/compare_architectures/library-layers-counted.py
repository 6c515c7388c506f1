"""nn.RNN, nn.LSTM and nn.GRU are counted, not your own modules

Caught by: parameters
Feedback:
PyTorch's layers have two biases for each gate, yours may have one: then the numbers are those of other networks
than the ones that you built. Build your VanillaRNN, LSTMCell and GRUCell, and count these.
"""

from torch import nn


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    return {
        "VanillaRNN": {"parameters": count(nn.RNN(input_size, hidden_size)), "gates": 0, "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": count(nn.LSTM(input_size, hidden_size)), "gates": 3, "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(nn.GRU(input_size, hidden_size)), "gates": 2, "complexity": "3*O(H*(I+H))"},
    }
