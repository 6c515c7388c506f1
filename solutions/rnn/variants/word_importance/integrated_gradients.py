"""Integrated gradients from the padding vector"""

import torch
from torch import nn

from text import text_to_indices


class _Given(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        self.vectors = vectors

    def forward(self, ids):
        return self.vectors


def word_importance(text, model, vocab, steps=20):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    original = model.embedding
    with torch.no_grad():
        end = original(ids)
        start = original(torch.zeros_like(ids))
        target = model(ids).argmax().item()
    total = torch.zeros_like(end)
    try:
        for k in range(steps):
            point = (start + (k + 0.5) / steps * (end - start)).requires_grad_()
            model.embedding = _Given(point)
            total += torch.autograd.grad(model(ids)[0, target], point)[0]
    finally:
        model.embedding = original
    scores = ((end - start) * total / steps).sum(dim=-1).abs()[0]
    return [(word, float(score)) for word, score in zip(words, scores)]
