"""The text goes into the model without a batch dimension

Bank: Q02
Caught by: label
Feedback:
The model takes ids of shape [B, T]; yours are [T]. Put the list of ids into another list, or unsqueeze(0).
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor(text_to_indices(text, vocab))
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
