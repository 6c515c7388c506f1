"""A .grad is read that is None

Bank: X43
Caught by: one_each
Feedback:
PyTorch keeps .grad only for leaves of the graph that the answer was computed from; for everything else it is
None. The output of the embedding is no leaf: say retain_grad() on it before backward, or use
torch.autograd.grad. The ids are no use here: they are whole numbers, and no gradient leads to them.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    kept = {}

    def keep(module, inputs, output):
        kept["vectors"] = output

    handle = model.embedding.register_forward_hook(keep)
    logits = model(ids)
    handle.remove()
    model.zero_grad()
    logits[0, logits.argmax()].backward()
    scores = kept["vectors"].grad[0].norm(dim=1)
    return [(word, scores[i].item()) for i, word in enumerate(words)]
