"""The confidence is a log probability

Caught by: confidence
Feedback:
log_softmax gives numbers below 0. Take softmax, or exp of it.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.log_softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
