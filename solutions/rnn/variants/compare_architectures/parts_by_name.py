"""Counts the parts that have to do with h"""
from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def n_params(modules):
    return sum(p.numel() for m in modules for p in m.parameters())


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, output_size=2)
    lstm = LSTMCell(input_size, hidden_size)
    gru = GRUCell(input_size, hidden_size)
    results = {}
    results["VanillaRNN"] = dict(parameters=n_params([rnn.W_xh, rnn.W_hh]), gates=0, complexity="O(IH + H^2)")
    results["LSTM"] = dict(parameters=n_params([lstm]), gates=3, complexity="O(4(IH + H^2))")
    results["GRU"] = dict(parameters=n_params([gru]), gates=2, complexity="O(3(IH + H^2))")
    return results
