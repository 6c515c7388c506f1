"""One step of an LSTM, written from scratch.

Graded here: `LSTMCell` (11 points).
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    """One step of a long short-term memory. [h, x] is h_{t-1} and x_t side by side.

        f = sigmoid(W_f [h, x] + b_f)      forget gate
        i = sigmoid(W_i [h, x] + b_i)      input gate
        o = sigmoid(W_o [h, x] + b_o)      output gate
        g = tanh(W_g [h, x] + b_g)         candidate
        c_t = f * c_{t-1} + i * g          element by element
        h_t = o * tanh(c_t)

    Args:
        input_size: I, numbers in x.
        hidden_size: H, units of h and of c.

    From scratch: nn.RNN, nn.LSTM, nn.GRU, their cells (nn.LSTMCell ...) and their functional twins
    (torch.lstm_cell ...) are not used; nn.Linear, nn.Parameter and everything else are.

    Suggested layer: linear, one nn.Linear(I + H, 4 * H) for all four. You are free to name and cut the
    weights in another way: one layer for each gate, x apart from h, [x, h], the gates in any order.
    LSTMCell(10, 20) has 2480 parameters; with two biases for each gate (as nn.LSTMCell has) 2560, which is
    right too. The gates see h and x, not c.

    Graded: shapes, the number of parameters, the values and the gradients that follow from given weights,
    that both given states are used and can be carried from step to step, that every row of the batch is
    computed on its own, that nothing is remembered between two calls, that training mode and float32
    change nothing, and "from scratch".
    """

    def __init__(self, input_size, hidden_size):
        super().__init__()
        raise NotImplementedError("LSTMCell.__init__ is not written yet")

    def forward(self, x, states=None):
        """Compute one step.

        Args:
            x: float tensor [B, I]. It is not modified, nor are the states.
            states: the tuple (h, c) before the step, each a float tensor [B, H]; None means that both are
                zeros. Make the zeros from x, x.new_zeros(...), and they have its dtype and device.

        Returns:
            The tuple (h, c) after the step, each [B, H], with their gradients (no .detach(), no .data).
        """
        raise NotImplementedError("LSTMCell.forward is not written yet")
