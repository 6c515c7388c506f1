"""Words that the vocabulary does not have get no score

Caught by: one_each
Feedback:
An unknown word is read too, as <UNK>, and can matter like any other. The list has one entry for each word of
the text, so that the scores can be laid over it.
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
    return [(word, scores[i].item()) for i, word in enumerate(words) if word in vocab]
