"""Your LSTM cell, run over a sequence.

Graded here: `SimpleLSTM` (6 points).
"""

import torch
from torch import nn

from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    """One LSTMCell, the same for every step, then a linear layer on the last h.

        (h_t, c_t) = cell(x_t, (h_{t-1}, c_{t-1}))      t = 1 ... T
        output = W h_T + b

    Args:
        input_size: I, numbers in one x_t.
        hidden_size: H, units of h and of c.
        output_size: O, numbers in the output.

    Built on your own LSTMCell(input_size, hidden_size); where your cell does not work yet,
    the grader puts one that does in its place, so this exercise does not wait for it. nn.RNN, nn.LSTM,
    nn.GRU, their cells and their functional twins are not used here.

    Suggested layers: lstm_cell, an LSTMCell, and fc, an nn.Linear(H, O). SimpleLSTM(10, 20, 3) has the
    parameters of your cell, and 63 more.

    Graded: shapes, the number of parameters, the values and the gradients that follow from given weights,
    that given states are used and both h and c carried through all T steps, and that no states means zeros,
    each call stands alone, and training mode and float32 change nothing.
    """

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        raise NotImplementedError("SimpleLSTM.__init__ is not written yet")

    def forward(self, x, states=None):
        """Run over the whole sequence.

        Args:
            x: float tensor [B, T, I], T >= 1. It is not modified, nor are the states.
            states: the tuple (h, c) before the first step, each a float tensor [B, H]; None means zeros
                (your cell knows what None means, so you may hand it on).

        Returns:
            output, a tensor [B, O], computed from the h after the last step.
        """
        raise NotImplementedError("SimpleLSTM.forward is not written yet")
