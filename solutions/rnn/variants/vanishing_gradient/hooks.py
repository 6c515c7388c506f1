"""Listens to the gradients with hooks"""
import torch
from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    torch.manual_seed(0)
    rnn = VanillaRNN(10, 20, 1)
    loss = ((rnn(torch.randn(4, seq_length, 10))[0] - torch.randn(4, 1)) ** 2).mean()
    names = [n for n, _ in rnn.named_parameters()]
    grads = torch.autograd.grad(loss, list(rnn.parameters()))
    return [(n, torch.linalg.vector_norm(g).item()) for n, g in zip(names, grads)]


def hidden_state_gradients(rnn, x):
    output, states = rnn(x)
    norms = [0.0] * len(states)

    def remember(t):
        def hook(grad):
            norms[t] = grad.detach().pow(2).sum().sqrt().item()
        return hook

    handles = [h.register_hook(remember(t)) for t, h in enumerate(states)]
    output.sum().backward()
    for handle in handles:
        handle.remove()
    return norms
