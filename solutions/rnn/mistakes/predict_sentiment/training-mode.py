"""model.train() is called before predicting

Bank: Q01
Caught by: label
Feedback:
It switches dropout on even for a model that came in evaluation mode.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.train()
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
