"""Scores can be negative

Caught by: one_each
Feedback:
Gradient times vector has a sign, which tells for or against. The handout asks how much a word matters: take
the absolute value.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    kept = {}

    def keep(module, inputs, output):
        output.retain_grad()
        kept["vectors"] = output

    handle = model.embedding.register_forward_hook(keep)
    logits = model(ids)
    handle.remove()
    model.zero_grad()
    logits[0, logits.argmax()].backward()
    scores = (kept["vectors"].grad[0] * kept["vectors"][0]).sum(dim=1)
    return [(word, scores[i].item()) for i, word in enumerate(words)]
