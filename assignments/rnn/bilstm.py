"""A bidirectional LSTM that reads a sequence from both ends.

Graded here: `BiLSTM` (6 points).
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    """An LSTM in each direction, num_layers deep, then a linear layer on what both have read to the end.

    output = W [forward, backward] + b, where forward is the h of the LAST layer's left-to-right direction
    after x_T, and backward the h of the LAST layer's right-to-left direction after x_1: each direction has
    then seen the whole sequence. Both are [B, H], so W has 2 * H columns.

    Args:
        input_size: I, numbers in one x_t.
        hidden_size: H, units of one direction.
        output_size: O, numbers in the output.
        num_layers: layers on top of each other, at least 1. From the second on, both directions of a layer
            read the outputs of both directions of the layer below, joined: [B, T, 2 * H].

    nn.LSTM may be used here. Mind its batch_first, whose default is False, and the order in which it
    stacks h_n: [num_layers * 2, B, H], layer by layer, forward before backward.

    Suggested layers: lstm, an nn.LSTM, and fc, an nn.Linear(2 * H, O). BiLSTM(10, 20, 3) has 5243
    parameters with nn.LSTM. No dropout here, and no pooling over the steps.

    Graded: shapes, the number of parameters, the values and the gradients that follow from given weights,
    for one layer and for several, and that every sequence of the batch is computed on its own, in training
    mode as in evaluation mode.
    """

    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        raise NotImplementedError("BiLSTM.__init__ is not written yet")

    def forward(self, x):
        """Read the whole sequence from both ends, from states of zeros.

        Args:
            x: float tensor [B, T, I], T >= 1. It is not modified.

        Returns:
            output, a tensor [B, O].
        """
        raise NotImplementedError("BiLSTM.forward is not written yet")
