"""Finds the cost of an output from two networks"""
from analysis import count_parameters
from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def compare_architectures(input_size, hidden_size):
    def row(parameters, gates, blocks):
        return {"parameters": parameters, "gates": gates, "complexity": f"{blocks} x (I*H + H*H) products a step"}

    three = count_parameters(VanillaRNN(input_size, hidden_size, 3))
    two = count_parameters(VanillaRNN(input_size, hidden_size, 2))
    return {
        "GRU": row(count_parameters(GRUCell(input_size, hidden_size)), 2, 3),
        "LSTM": row(count_parameters(LSTMCell(input_size, hidden_size)), 3, 4),
        "VanillaRNN": row(three - 3 * (three - two), 0, 1),
    }
