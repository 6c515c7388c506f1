"""The gradients of earlier calls are still in the table

Bank: X48
Caught by: repeatable
Feedback:
backward adds to what is in embedding.weight.grad, so the second call sees the sum of two, and a word's score
tells how often you asked. torch.autograd.grad gives a gradient without leaving it behind; zero_grad() before
backward clears it.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    logits = model(ids)
    logits[0, logits.argmax()].backward()
    times_vector = (model.embedding.weight.grad * model.embedding.weight).sum(dim=1).abs()
    return [(word, times_vector[i].item() / words.count(word)) for word, i in zip(words, ids[0].tolist())]
