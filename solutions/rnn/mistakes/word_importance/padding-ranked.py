"""The padding gets scores too

Bank: X47
Caught by: one_each
Feedback:
The list has an entry for each of the 20 positions. Behind the last word there are no words: keep as many
scores as there are words.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    words += ["<PAD>"] * (20 - len(words))
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
