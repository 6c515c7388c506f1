"""Between the two classes there is a third label

Caught by: label
Feedback:
The model knows two classes, and the handout two labels. How sure it is stands in the confidence, where the
caller can draw a line; below 0.6 you say neither of the two.
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
    if confidence < 0.6:
        label = "Neutral"
    else:
        label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
