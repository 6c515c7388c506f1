"""The RNN is counted with its output layer, the cells have none

Bank: X21
Caught by: parameters
Feedback:
Like is not compared with like: the output layer takes part in no step, and your two cells have none. For (10,
20) the recurrent part of the RNN has 620 parameters with one bias or 640 with two, so that the ratio 1 : 4 :
3 appears.
"""

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(module):
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    return {
        "VanillaRNN": {"parameters": count(VanillaRNN(input_size, hidden_size, 1)), "gates": 0,
                       "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 3, "complexity": "4*O(H*(I+H))"},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 2, "complexity": "3*O(H*(I+H))"},
    }
