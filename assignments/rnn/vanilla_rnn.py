"""A recurrent network, written from scratch.

Graded here: `VanillaRNN` (9 points).
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    """The plain recurrent network. For each step t = 1 ... T:

        h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)

    and, after the last step only, output = W_hy h_T + b_y.

    Args:
        input_size: I, numbers in one x_t.
        hidden_size: H, units of the hidden state.
        output_size: O, numbers in the output.

    From scratch: nn.RNN, nn.LSTM, nn.GRU, their cells (nn.RNNCell ...) and their functional twins
    (torch.rnn_tanh ...) are not used; nn.Linear, nn.Parameter and everything else are.

    Suggested layers: W_xh, W_hh and W_hy, three nn.Linear. You are free to name and cut the weights in
    another way, also as one layer of [h, x]. One bias inside the tanh or two (one in each layer) are both
    right: VanillaRNN(10, 20, 3) has 683 parameters with one and 703 with two. The same weights serve
    every step, so the count does not depend on T. Nothing else is learned, the first state neither.

    Graded: shapes, the number of parameters, the values and the gradients that follow from given weights,
    that h_prev is used, that every sequence of the batch is computed on its own, that h_t depends on
    x_1 ... x_t only, that nothing is remembered between two calls, that training mode and float32
    change nothing, and "from scratch".
    """

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        raise NotImplementedError("VanillaRNN.__init__ is not written yet")

    def forward(self, x, h_prev=None):
        """Run over the whole sequence.

        Args:
            x: float tensor [B, T, I], T >= 1. It is not modified.
            h_prev: the state before the first step, float tensor [B, H]; None means zeros. Make the zeros
                from x, x.new_zeros(...), and they have its dtype and device.

        Returns:
            (output, hidden_states): output [B, O], computed from the last state h_T; hidden_states a list
            of the T states h_1 ... h_T, each [B, H], with their gradients (no .detach(), no .data).
        """
        raise NotImplementedError("VanillaRNN.forward is not written yet")
