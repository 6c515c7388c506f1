"""The model runs under no_grad

Caught by: one_each
Feedback:
Without recording there is no graph to go backward through. Evaluation mode is right, no_grad is not: they are
two things.
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
    with torch.no_grad():
        logits = model(ids)
    handle.remove()
    model.zero_grad()
    logits[0, logits.argmax()].backward()
    scores = kept["vectors"].grad[0].norm(dim=1)
    return [(word, scores[i].item()) for i, word in enumerate(words)]
