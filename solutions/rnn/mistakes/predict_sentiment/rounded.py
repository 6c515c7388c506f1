"""The confidence is rounded to two places

Caught by: confidence
Feedback:
A confidence of 0.996 becomes 1.0, and two texts that differ look alike. Return the number; round where you
print.
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
    confidence = round(probabilities[0, predicted].item(), 2)
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
