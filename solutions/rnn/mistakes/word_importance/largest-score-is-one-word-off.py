"""The scores are shifted by one word

Caught by: deciding
Feedback:
Each word has the score of its neighbour. There is no start token in front of the text: position 0 is the
first word.
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
    return [(word, scores[(i + 1) % len(words)].item()) for i, word in enumerate(words)]
