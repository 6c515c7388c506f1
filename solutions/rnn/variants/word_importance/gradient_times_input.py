"""Gradient times vector, absolute value"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    captured = {}
    handle = model.embedding.register_forward_hook(lambda m, i, o: captured.update(e=o))
    logits = model(ids)
    handle.remove()
    grad = torch.autograd.grad(logits.max(), captured["e"])[0]
    scores = (grad * captured["e"]).sum(-1).abs()[0].detach()
    return list(zip(words, scores.tolist()))
