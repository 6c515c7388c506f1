"""The confidence is a logit

Bank: Q04
Caught by: confidence
Feedback:
A logit can be any number; it becomes a probability by the softmax over both.
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
    confidence = logits[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
