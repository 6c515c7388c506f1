"""model.eval() is missing

Bank: Q01
Caught by: mode
Feedback:
A model that comes straight from training still drops parts of itself at random, so the same text gets
different answers. Call model.eval() first.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
