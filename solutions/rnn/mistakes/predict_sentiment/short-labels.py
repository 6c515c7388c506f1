"""The labels are "pos" and "neg"

Caught by: label
Feedback:
The handout says "Positive" and "Negative", and whoever compares your label with those finds no match.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "pos" if predicted == 1 else "neg"
    return label, confidence
