"""Pipelines with one mistake each, to see what trained accuracy can tell apart. Used by calibrate.py only."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import torch
from torch import nn

from .data import Data


def bag_of_words(drawn: Data) -> float:
    """Accuracy of a logistic regression on word counts."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = CountVectorizer().fit(drawn.texts)
    model = LogisticRegression(max_iter=500).fit(counts.transform(drawn.texts), drawn.labels)
    return float(model.score(counts.transform(drawn.hidden_texts), drawn.hidden_labels))


def shuffled_labels(drawn: Data, seed: int) -> Data:
    """The same texts; the training labels in another order."""
    labels = [drawn.labels[i] for i in np.random.default_rng(seed).permutation(len(drawn.labels))]
    return Data(drawn.texts, labels, drawn.hidden_texts, drawn.hidden_labels)


def variants(code: Any) -> dict[str, Any]:
    """Name -> the submission's names with one of them spoilt."""
    base = code.SentimentLSTM

    class ReluOnLogits(base):  # type: ignore[misc, valid-type]
        def forward(self, x: Any) -> Any:
            return torch.relu(super().forward(x))

    class SoftmaxFirst(base):  # type: ignore[misc, valid-type]
        def forward(self, x: Any) -> Any:
            return torch.softmax(super().forward(x), dim=1)

    class NoBatchFirst(base):  # type: ignore[misc, valid-type]
        def forward(self, x: Any) -> Any:
            out, _ = self.lstm.__class__.forward(self.lstm, self.embedding(x))
            return self.fc(self.dropout(out[:, -1]))

        def __init__(self, *sizes: int) -> None:
            super().__init__(*sizes)
            self.lstm.batch_first = False

    class MeanOfEmbeddings(nn.Module):
        def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, output_dim: int) -> None:
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
            self.fc = nn.Linear(embedding_dim, output_dim)

        def forward(self, x: Any) -> Any:
            return self.fc(self.embedding(x).mean(dim=1))

    class Constant(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(2))

        def forward(self, x: Any) -> Any:
            return self.bias.expand(len(x), 2)

    spoilt: dict[str, dict[str, Any]] = {
        "ReLU on the logits": {"SentimentLSTM": ReluOnLogits},
        "softmax before cross entropy": {"SentimentLSTM": SoftmaxFirst},
        "batch_first missing": {"SentimentLSTM": NoBatchFirst},
        "mean of embeddings, no LSTM": {"SentimentLSTM": MeanOfEmbeddings},
        "constant logits (null model)": {"SentimentLSTM": Constant},
        "no optimizer.step": {"train_epoch": _loop(zero=True, step=False)},
        "no zero_grad": {"train_epoch": _loop(zero=False, step=True)},
    }
    return {name: types.SimpleNamespace(**{**vars(code), **changes}) for name, changes in spoilt.items()}


def _loop(*, zero: bool, step: bool) -> Any:
    def train_epoch(model: Any, dataloader: Any, optimizer: Any, criterion: Any) -> tuple[float, float]:
        model.train()
        for ids, labels in dataloader:
            if zero:
                optimizer.zero_grad()
            criterion(model(ids), labels).backward()
            if step:
                optimizer.step()
        return 0.0, 0.0

    return train_epoch
