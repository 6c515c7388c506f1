import torch
import torch.nn as nn
from cells import VanillaRNN, LSTMCell, GRUCell


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)

    output, _ = rnn(x)
    loss = nn.MSELoss()(output, target)
    loss.backward()

    norms = []
    for name, p in rnn.named_parameters():
        norms.append((name, p.grad.norm().item()))
    return norms


def hidden_state_gradients(rnn, x):
    output, hs = rnn(x)
    hs = list(hs)
    total = output.sum()
    result = []
    for h in hs:
        g = torch.autograd.grad(total, h, retain_graph=True)[0]
        result.append(g.pow(2).sum().sqrt().item())
    return result


def count_parameters(module):
    n = 0
    for p in module.parameters():
        n += p.nelement()
    return n


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    n_rnn = count_parameters(rnn) - count_parameters(rnn.out)
    n_lstm = count_parameters(LSTMCell(input_size, hidden_size))
    n_gru = count_parameters(GRUCell(input_size, hidden_size))
    return {
        "VanillaRNN": {"parameters": n_rnn, "gates": 0, "complexity": "O(H*I + H*H)"},
        "LSTM": {"parameters": n_lstm, "gates": 3, "complexity": "4 * O(H*I + H*H)"},
        "GRU": {"parameters": n_gru, "gates": 2, "complexity": "3 * O(H*I + H*H)"},
    }
