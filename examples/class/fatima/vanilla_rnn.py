import torch
from torch import nn, Tensor


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.n_hidden = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, hidden_size, bias=True)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def initial(self, x: Tensor) -> Tensor:
        return torch.zeros(x.size(0), self.n_hidden, device=x.device, dtype=x.dtype)

    def forward(self, x, h_prev=None):
        hidden_states = []
        h = self.initial(x) if h_prev is None else h_prev
        projected = self.W_xh(x)  # (B, T, H), all steps at once
        for t in range(x.size(1)):
            h = (projected[:, t] + self.W_hh(h)).tanh()
            hidden_states.append(h)
        return self.W_hy(h), hidden_states
