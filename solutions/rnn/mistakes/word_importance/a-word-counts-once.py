"""A word that occurs twice has one entry

Caught by: one_each
Feedback:
A dict has one place for each word. Every occurrence has a score of its own, since a word can matter at one
place and not at another.
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
    scores = kept["vectors"].grad[0].norm(dim=1)
    return list({word: scores[i].item() for i, word in enumerate(words)}.items())
