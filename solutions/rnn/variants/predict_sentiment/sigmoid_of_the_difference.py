"""A sigmoid of the difference of the logits, mode put back"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    training = model.training
    model.eval()
    with torch.no_grad():
        negative, positive = model(torch.tensor([text_to_indices(text, vocab)]))[0]
    model.train(training)
    p = torch.sigmoid(positive - negative).item()
    return ("Positive", p) if p >= 0.5 else ("Negative", 1 - p)
