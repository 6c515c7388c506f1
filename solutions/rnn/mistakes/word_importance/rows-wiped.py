"""A word's row of the embedding is set to zero, and stays so

Caught by: deciding
Feedback:
Wiping the row of the embedding changes the model: for the next word the last one is missing too, and after the
call the model knows none of the words any more. Leave the word out of the ids instead, on a copy of them.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    result = []
    with torch.no_grad():
        before = model(ids)[0]
        for i, word in enumerate(words):
            model.embedding.weight[ids[0, i]] = 0
            result.append((word, (model(ids)[0] - before).abs().max().item()))
    return result
