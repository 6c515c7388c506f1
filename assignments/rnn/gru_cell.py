"""One step of a GRU, written from scratch.

Graded here: `GRUCell` (11 points).
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    """One step of a gated recurrent unit. [h, x] is h_{t-1} and x_t side by side.

        r = sigmoid(W_r [h, x] + b_r)            reset gate
        z = sigmoid(W_z [h, x] + b_z)            update gate
        n = tanh(W_n [r * h, x] + b_n)           candidate
        h_t = (1 - z) * h_{t-1} + z * n          element by element

    The reset gate multiplies h BEFORE the product with W_n. (nn.GRU resets after it, which is another
    function: with r inside, r * (W h) and W (r * h) differ.)

    Args:
        input_size: I, numbers in x.
        hidden_size: H, units of h.

    From scratch: nn.RNN, nn.LSTM, nn.GRU, their cells (nn.GRUCell ...) and their functional twins
    (torch.gru_cell ...) are not used; nn.Linear, nn.Parameter and everything else are.

    Suggested layers: gates, an nn.Linear(I + H, 2 * H) for r and z, and candidate, an nn.Linear(I + H, H).
    You are free to name and cut the weights in another way: one layer for each gate, x apart from h,
    [x, h], either order of the gates. GRUCell(10, 20) has 1860 parameters with one bias for each gate;
    1800 without biases and 1920 with two are right too, if your module computes with what it declares.

    Graded: shapes, the number of parameters, the values and the gradients that follow from given weights,
    that the given state is used and can be carried from step to step, that every row of the batch is
    computed on its own, that nothing is remembered between two calls, that training mode and float32
    change nothing, and "from scratch".
    """

    def __init__(self, input_size, hidden_size):
        super().__init__()
        raise NotImplementedError("GRUCell.__init__ is not written yet")

    def forward(self, x, h=None):
        """Compute one step.

        Args:
            x: float tensor [B, I]. It is not modified, nor is h.
            h: the state before the step, a float tensor [B, H]; None means zeros. Make the zeros from x,
                x.new_zeros(...), and they have its dtype and device.

        Returns:
            The state after the step, one tensor [B, H], with its gradient (no .detach(), no .data).
        """
        raise NotImplementedError("GRUCell.forward is not written yet")
