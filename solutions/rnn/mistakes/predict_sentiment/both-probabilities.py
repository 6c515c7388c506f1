"""The probabilities of both classes come back

Caught by: label
Feedback:
One number is asked for, the probability of the class that you predict. It is the entry at its index.
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
    confidence = probabilities[0].tolist()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
