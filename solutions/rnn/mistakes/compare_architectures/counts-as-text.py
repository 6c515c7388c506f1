"""The parameters are formatted strings

Caught by: parameters
Feedback:
"2,480" reads well and cannot be computed with. Return the number, and format it where you print it.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = count(VanillaRNN(input_size, hidden_size, 1)) - hidden_size - 1
    return {
        "VanillaRNN": {"parameters": f"{rnn:,}", "gates": 0, "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": f"{count(LSTMCell(input_size, hidden_size)):,}", "gates": 3,
                 "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": f"{count(GRUCell(input_size, hidden_size)):,}", "gates": 2,
                "complexity": "3*O(H*(I+H))"},
    }
