"""Returns the states stacked, [B, T, H]"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        B, T, I = x.shape
        if h_prev is None:
            h_prev = x.new_zeros(B, self.W_hh.out_features)
        h = h_prev
        all_h = []
        for t in range(T):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            all_h.append(h)
        all_h = torch.stack(all_h, dim=1)
        return self.W_hy(all_h[:, -1]), all_h
