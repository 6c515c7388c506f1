"""einsum for the input, addmm for the state"""
import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.wx = nn.Parameter(torch.randn(hidden_size, input_size) / input_size**0.5)
        self.wh = nn.Parameter(torch.randn(hidden_size, hidden_size) / hidden_size**0.5)
        self.bh = nn.Parameter(torch.zeros(hidden_size))
        self.wy = nn.Parameter(torch.randn(output_size, hidden_size) / hidden_size**0.5)
        self.by = nn.Parameter(torch.zeros(output_size))

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.shape[0], self.hidden_size) if h_prev is None else h_prev
        drive = torch.einsum("bti,hi->bth", x, self.wx) + self.bh
        hidden_states = []
        for t in range(drive.shape[1]):
            h = torch.addmm(drive[:, t], h, self.wh.t()).tanh()
            hidden_states.append(h)
        y = torch.einsum("bh,oh->bo", h, self.wy) + self.by
        return y, hidden_states
