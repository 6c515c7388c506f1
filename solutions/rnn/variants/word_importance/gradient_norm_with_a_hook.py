"""Norm of the gradient of the predicted logit, kept with a hook"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    model.zero_grad()
    words = text.lower().split()
    ids = torch.tensor([text_to_indices(text, vocab)])
    saved = []

    def hook(module, args, output):
        output.retain_grad()
        saved.append(output)

    handle = model.embedding.register_forward_hook(hook)
    output = model(ids)
    handle.remove()
    output[0, output.argmax(dim=1).item()].backward()
    norms = saved[0].grad.squeeze(0).norm(dim=-1)
    return [(w, n.item()) for w, n in zip(words, norms)]
