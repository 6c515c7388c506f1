"""The plain RNN is given one gate

Caught by: gates
Feedback:
A gate decides how much of something passes, with a number between 0 and 1 for each unit. The plain RNN lets
everything pass: its tanh makes the new state and decides about nothing.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = count(VanillaRNN(input_size, hidden_size, 1)) - hidden_size - 1
    return {
        "VanillaRNN": {"parameters": rnn, "gates": 1, "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 3, "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 2, "complexity": "3*O(H*(I+H))"},
    }
