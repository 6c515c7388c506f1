"""Training: one epoch, evaluation, and the whole way from texts to a trained classifier.

Graded here: `train_epoch` (5 points), `evaluate` (4 points), `train_sentiment` (8 points).
"""

import torch
from torch import nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices


def train_epoch(model, dataloader, optimizer, criterion):
    """Train a model on every batch of a loader, once.

    The model is put into training mode. For each batch: clear the gradients, compute the logits and
    the loss, go backward, let the optimiser make its step.

    Args:
        model: `model(ids)` gives logits [B, O] for ids [B, T]; O may be any number of classes.
        dataloader: yields `(ids, labels)`: int64 tensors [B, T] and [B]. The last batch may be smaller.
        optimizer: a `torch.optim` optimiser that holds the model's parameters. It makes its steps; its
            learning rate stays as it is.
        criterion: `criterion(logits, labels)` gives the mean loss of the batch. Use the one that is
            passed in, whatever it is.

    Returns:
        `(loss, accuracy)`, two Python floats (`loss.item()`, not a tensor, which would keep the graph
        of every batch alive). Both are measured on the way, before each batch's step. loss: the mean
        over all texts, or the mean over the batches; both are accepted. accuracy: the number of right
        predictions over the number of texts, from 0 to 1.

    Graded: the weights after several batches of SGD (2), loss and accuracy (1), training mode (1), the
    order of the calls (1).
    """
    raise NotImplementedError("train_epoch is not written yet")


def evaluate(model, dataloader, criterion):
    """Measure a model on every batch of a loader; nothing is learnt and nothing is changed.

    The model is put into evaluation mode (no dropout), and no gradients are recorded. Its weights, their
    gradients and `requires_grad` stay as they are, and afterwards gradients can be recorded as before.

    Args:
        model, dataloader, criterion: as for `train_epoch`.

    Returns:
        `(loss, accuracy)`, two Python floats, defined as for `train_epoch`.

    Graded: loss and accuracy (2), evaluation mode (1), an unchanged model and no gradients (1).
    """
    raise NotImplementedError("evaluate is not written yet")


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    """Train a sentiment classifier from nothing but texts and labels.

    The plan, which the hidden data was calibrated with:

    1. `torch.manual_seed(seed)`, so that a run can be repeated.
    2. Hold out the last tenth of the texts for validation. (The texts come in random order.)
    3. `build_vocab` of the training part with `min_freq=2`: words seen once become "<UNK>", so that
       the network learns what to make of an unknown word.
    4. `text_to_indices` with the default `max_len` of 20; `SentimentDataset`; `DataLoader` with
       batches of 32, the training part shuffled.
    5. `SentimentLSTM(len(vocab), 32, 32, 2)`.
    6. `nn.CrossEntropyLoss`, `torch.optim.Adam` with a learning rate of 5e-3, made once.
    7. `epochs` times `train_epoch`, then `evaluate` on the validation part.

    Args:
        texts: list of strings, about 700 short sentences when graded.
        labels: list of ints, 0 negative, 1 positive.
        epochs: how often the training part is gone through.
        seed: for every random number that is drawn: the same seed, the same history.

    Returns:
        `(model, vocab, history)`. model: the trained `SentimentLSTM`. vocab: the dict that it was
        trained with. history: a dict of four lists with one float an epoch: "train_loss",
        "train_accuracy", "valid_loss", "valid_accuracy".

    Budget: about 2 seconds on one core; a run that takes more than 45 seconds of computing is stopped.

    Graded on texts that you have never seen, in which the order of the words decides ("not dull but
    charming" and "not charming but dull"), some words are unknown and some texts are longer than 20
    words: the accuracy of your pipeline reaches the bar (5); `train_sentiment` itself returns what
    is described here and its model reaches the bar (2); the history, for any `epochs` and seed (1). You
    may change the plan; the bar stays. One run in a hundred may have bad luck, so up to three seeds are
    tried.
    """
    raise NotImplementedError("train_sentiment is not written yet")
