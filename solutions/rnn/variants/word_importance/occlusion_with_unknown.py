"""How far the logit falls when a word becomes unknown"""

import torch

from text import text_to_indices


@torch.no_grad()
def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    base = model(ids)[0]
    k = base.argmax()
    scores = []
    for i in range(len(words)):
        changed = ids.clone()
        changed[0, i] = vocab["<UNK>"]
        scores.append((words[i], (base[k] - model(changed)[0, k]).abs().item()))
    return scores
