# bartek - counting and vanishing
from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from cells import GRUCell, LSTMCell, VanillaRNN


def count_parameters(module: nn.Module) -> int:
    return sum(map(torch.numel, module.parameters()))


def compare_architectures(input_size: int, hidden_size: int) -> dict:
    rnn = VanillaRNN(input_size, hidden_size, 1)
    recurrent = rnn.U.numel() + rnn.W.numel() + rnn.b.numel()  # V and a belong to the read-out
    step = "I*H + H^2 multiplications per step"
    return {
        "VanillaRNN": dict(parameters=recurrent, gates=0, complexity=f"1 x ({step})"),
        "LSTM": dict(parameters=count_parameters(LSTMCell(input_size, hidden_size)), gates=3, complexity=f"4 x ({step})"),
        "GRU": dict(parameters=count_parameters(GRUCell(input_size, hidden_size)), gates=2, complexity=f"3 x ({step})"),
    }


def demonstrate_vanishing_gradient(seq_length: int = 50) -> list[tuple[str, float]]:
    net = VanillaRNN(10, 20, 1)
    y, _ = net(torch.randn(4, seq_length, 10))
    F.mse_loss(y, torch.randn(4, 1)).backward()
    return [(name, float(p.grad.norm())) for name, p in net.named_parameters()]


def hidden_state_gradients(rnn: nn.Module, x: torch.Tensor) -> list[float]:
    y, hs = rnn(x)
    for h in hs:
        h.retain_grad()
    y.sum().backward()
    return [float(h.grad.norm()) for h in hs]
