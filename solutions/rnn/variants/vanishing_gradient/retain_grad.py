"""Asks every state to keep its gradient"""
import torch
import torch.nn as nn
from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    model = VanillaRNN(input_size=10, hidden_size=20, output_size=1)
    criterion = nn.MSELoss()
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)
    model.zero_grad()
    output, _ = model(x)
    loss = criterion(output, target)
    loss.backward()
    gradients = []
    for name, param in model.named_parameters():
        if param.grad is not None:
            gradients.append((name, param.grad.norm().item()))
    return gradients


def hidden_state_gradients(rnn, x):
    rnn.zero_grad()
    output, hidden_states = rnn(x)
    for h in hidden_states:
        h.retain_grad()
    output.sum().backward()
    norms = []
    for h in hidden_states:
        norms.append(float(torch.sqrt((h.grad ** 2).sum())))
    return norms
