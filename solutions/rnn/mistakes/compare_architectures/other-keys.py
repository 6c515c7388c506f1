"""The keys are the names of the classes

Caught by: gates
Feedback:
"LSTM" and "GRU" are asked for, not "LSTMCell" and "GRUCell". A program that reads your dict looks for exactly
the names of the handout.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = count(VanillaRNN(input_size, hidden_size, 1)) - hidden_size - 1
    return {
        "VanillaRNN": {"parameters": rnn, "gates": 0, "complexity": "O(H*(I+H))"},
        "LSTMCell": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 3, "complexity": "4*O(H*(I+H))"},
        "GRUCell": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 2, "complexity": "3*O(H*(I+H))"},
    }
