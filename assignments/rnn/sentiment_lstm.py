"""A sentiment classifier: embedding, bidirectional LSTM, linear layer.

Graded here: `SentimentLSTM` (7 points).
"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    """Classify a text given as word ids.

    embedding (`padding_idx=0`) -> LSTM with 2 layers in both directions and dropout 0.3 between the
    layers -> the last layer's final forward state and final backward state side by side [B, 2H] ->
    dropout 0.3 -> linear layer `fc` to `output_dim` logits.

    Args:
        vocab_size: number of rows V of the embedding; ids run from 0 to V-1.
        embedding_dim: size E of a word vector.
        hidden_dim: size H of the hidden state of each direction.
        output_dim: number of classes O.

    `nn.LSTM` may be used. Suggested names: `embedding`, `lstm`, `dropout`, `fc`; `word_importance`
    relies on `embedding`. All parameters are trainable; it is trained in float32.

    Beware of `lstm_out[:, -1]`: its backward half has read one word only. The final backward state
    is the one at the first word.
    """

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        raise NotImplementedError("SentimentLSTM.__init__ is not written yet")

    def forward(self, x):
        """Compute the logits of a batch.

        Args:
            x: word ids, int64, shape [B, T]; 0 is padding.

        Returns:
            Logits, shape [B, output_dim]: no softmax and no other activation at the end, because
            `nn.CrossEntropyLoss` applies its own log-softmax.
        """
        raise NotImplementedError("SentimentLSTM.forward is not written yet")
