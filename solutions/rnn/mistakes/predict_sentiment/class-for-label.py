"""The number of the class comes back, not its name

Caught by: label
Feedback:
0 and 1 are what the model knows; the caller wants to read "Negative" or "Positive".
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
    label = predicted
    return label, confidence
