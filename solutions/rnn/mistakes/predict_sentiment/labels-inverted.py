"""The labels are the wrong way round

Bank: Q05
Caught by: label
Feedback:
Class 0 is negative and class 1 is positive, as in the labels that the model was trained with.
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
    label = "Positive" if predicted == 0 else "Negative"
    return label, confidence
