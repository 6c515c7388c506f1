"""The candidate is counted as a gate: LSTM 4, GRU 3

Bank: X23
Caught by: gates
Feedback:
Four and three are the numbers of matrix products, and they explain the parameters. A gate is a sigmoid that
lets a share of something through; the candidate is the content that is let through, made by a tanh.
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
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 4, "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 3, "complexity": "3*O(H*(I+H))"},
    }
