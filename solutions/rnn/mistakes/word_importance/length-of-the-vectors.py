"""The score is the length of the word vector

Caught by: deciding
Feedback:
How long a vector is says nothing about what the model makes of it: it may look at other directions. Ask how
the answer changes with the vector, by a gradient or by leaving the word out.
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
    scores = kept["vectors"][0].detach().norm(dim=1)
    return [(word, scores[i].item()) for i, word in enumerate(words)]
