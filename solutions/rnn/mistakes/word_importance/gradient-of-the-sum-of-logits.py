"""The gradient of the sum of both logits is taken

Caught by: one_each
Feedback:
What speaks for one class speaks against the other, and in the sum the two cancel. Differentiate the logit of
the predicted class.
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
    logits.sum().backward()
    scores = kept["vectors"].grad[0].norm(dim=1)
    return [(word, scores[i].item()) for i, word in enumerate(words)]
