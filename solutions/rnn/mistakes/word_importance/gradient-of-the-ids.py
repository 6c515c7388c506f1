"""The gradient is asked of the ids

Bank: X41
Caught by: one_each
Feedback:
Ids are whole numbers: there is nothing between word 5 and word 6, and so no gradient. Take the gradient with
respect to the vectors that the embedding makes of them.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    ids.requires_grad_()
    logits = model(ids)
    logits.max().backward()
    return [(word, abs(ids.grad[0, i].item())) for i, word in enumerate(words)]
