"""The entries have no "complexity"

Caught by: gates
Feedback:
Each entry has three keys: parameters, gates and complexity. The last one is a short string that says how the
work of one step grows with I and H.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = count(VanillaRNN(input_size, hidden_size, 1)) - hidden_size - 1
    return {
        "VanillaRNN": {"parameters": rnn, "gates": 0},
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 3},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 2},
    }
