"""The text without each word, all in one batch, change of the probability"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    was = model.training
    model.eval()
    words = text.lower().split()[:20]
    texts = [" ".join(words)] + [" ".join(words[:i] + words[i + 1:]) for i in range(len(words))]
    with torch.no_grad():
        p = torch.softmax(model(torch.tensor([text_to_indices(t, vocab) for t in texts])), dim=1)
    model.train(was)
    best = p[0].argmax()
    return [(w, float(abs(p[0, best] - p[i + 1, best]))) for i, w in enumerate(words)]
