"""The confidence is a percentage

Caught by: confidence
Feedback:
A probability from 0 to 1 is asked for. Multiply by 100 where you print it.
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
    confidence = probabilities[0, predicted].item() * 100
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
