"""Counts the whole RNN and subtracts the output layer"""
from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def count(m):
    return sum(p.numel() for p in m.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    without_output = count(rnn) - (hidden_size + 1)
    return {
        "VanillaRNN": {"parameters": without_output, "gates": 0, "complexity": "O(H*I + H^2)"},
        "LSTM": {"parameters": count(LSTMCell(input_size, hidden_size)), "gates": 3,
                 "complexity": "4 * O(H*I + H^2)"},
        "GRU": {"parameters": count(GRUCell(input_size, hidden_size)), "gates": 2,
                "complexity": "3 * O(H*I + H^2)"},
    }
