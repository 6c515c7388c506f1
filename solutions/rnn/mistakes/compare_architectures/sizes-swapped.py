"""The modules are made with the sizes the wrong way round

Caught by: parameters
Feedback:
The classes take (input_size, hidden_size), in this order. With equal sizes nobody would notice; with 7 and 20
the counts are those of a cell with 7 units.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    one = count(VanillaRNN(hidden_size, input_size, 1))
    two = count(VanillaRNN(hidden_size, input_size, 2))
    return {
        "VanillaRNN": {"parameters": 2 * one - two, "gates": 0, "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": count(LSTMCell(hidden_size, input_size)), "gates": 3, "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(GRUCell(hidden_size, input_size)), "gates": 2, "complexity": "3*O(H*(I+H))"},
    }
