"""The text itself is given to the model

Caught by: label
Feedback:
A network computes with numbers. text_to_indices makes ids of the words.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.no_grad():
        logits = model(text)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
