"""Labels in small letters, gradients on"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    logits = model(torch.tensor([list(text_to_indices(text, vocab))]))
    probability = logits.log_softmax(dim=1).exp()[0]
    if probability[1] > probability[0]:
        return "positive", float(probability[1])
    return "negative", float(probability[0])
