import torch
from torch import nn
from vanilla_rnn import VanillaRNN
from lstm_cell import LSTMCell
from gru_cell import GRUCell


def demonstrate_vanishing_gradient(seq_length=50):
    # a fresh network, a random sequence, a random target
    model = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    y = torch.randn(4, 1)
    prediction, _ = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    model.zero_grad()
    loss.backward()
    result = []
    for name, p in model.named_parameters():
        norm = torch.linalg.norm(p.grad).item()
        result.append((name, norm))
    return result


def hidden_state_gradients(rnn, x):
    output, states = rnn(x)
    # autograd.grad gives the gradient at h_t directly, nothing is left in .grad
    gradients = torch.autograd.grad(output.sum(), states)
    norms = []
    for g in gradients:
        norms.append(float((g ** 2).sum().sqrt()))
    return norms


def count_parameters(module):
    total = 0
    for p in module.parameters():
        total = total + p.numel()
    return total


def compare_architectures(input_size, hidden_size):
    rnn = VanillaRNN(input_size, hidden_size, 1)
    table = {}
    # only the step: the output layer would make the comparison unfair
    table["VanillaRNN"] = {"parameters": count_parameters(rnn.step), "gates": 0,
                           "complexity": "O(I*H + H*H) for one step"}
    table["LSTM"] = {"parameters": count_parameters(LSTMCell(input_size, hidden_size)), "gates": 3,
                     "complexity": "O(4*(I*H + H*H)) for one step"}
    table["GRU"] = {"parameters": count_parameters(GRUCell(input_size, hidden_size)), "gates": 2,
                    "complexity": "O(3*(I*H + H*H)) for one step"}
    return table
