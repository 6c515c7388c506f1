"""model.eval() is missing

Bank: X45
Caught by: repeatable
Feedback:
With dropout on, some words are silenced at random, and their score says nothing. The same call must give the
same scores.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
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
    return [(word, scores[i].item()) for i, word in enumerate(words)]
