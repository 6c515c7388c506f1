"""The softmax runs over the batch, not over the classes

Bank: Q03
Caught by: confidence
Feedback:
With one text in the batch each class is compared with itself alone, so every probability is 1. The classes
are the last dimension.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=0)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
