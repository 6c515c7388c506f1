"""Norm of the gradient of the loss against the predicted class"""

import torch
import torch.nn.functional as F

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    kept = []
    handle = model.embedding.register_forward_hook(lambda m, i, o: kept.append(o))
    logits = model(ids)
    handle.remove()
    loss = F.cross_entropy(logits, logits.argmax(dim=1))
    (g,) = torch.autograd.grad(loss, kept)
    return [(w.lower(), g[0, i].norm().item()) for i, w in enumerate(words)]
