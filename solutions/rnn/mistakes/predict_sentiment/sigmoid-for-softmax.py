"""A sigmoid of the predicted logit is the confidence

Caught by: confidence
Feedback:
A sigmoid looks at one logit alone, so the two classes do not add up to 1. With two logits it is the softmax
that makes probabilities of them.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.sigmoid(logits)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
