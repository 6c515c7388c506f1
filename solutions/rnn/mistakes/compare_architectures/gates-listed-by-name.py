"""The gates are listed by name, where a number is asked for

Caught by: gates
Feedback:
Your list has the right gates in it; "gates" is how many there are, as an int: len() of it.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = count(VanillaRNN(input_size, hidden_size, 1)) - hidden_size - 1
    return {
        "VanillaRNN": {"parameters": rnn, "gates": [], "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": ["forget", "input", "output"],
                 "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": ["reset", "update"],
                "complexity": "3*O(H*(I+H))"},
    }
