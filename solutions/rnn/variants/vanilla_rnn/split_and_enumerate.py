"""Cuts the sequence into single steps with split"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    """Elman network."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.Wxh = nn.Linear(input_size, hidden_size)
        self.Whh = nn.Linear(hidden_size, hidden_size)
        self.Why = nn.Linear(hidden_size, output_size)

    def forward(self, x: torch.Tensor, h_prev: torch.Tensor | None = None):
        h = h_prev if h_prev is not None else torch.zeros(x.size(0), self.hidden_size, device=x.device)
        hidden_states = [None] * x.size(1)
        for t, xt in enumerate(x.split(1, dim=1)):
            xt = xt.squeeze(1)
            pre = self.Wxh(xt)
            pre = pre + self.Whh(h)
            h = torch.tanh(pre)
            hidden_states[t] = h
        return self.Why(h), hidden_states
