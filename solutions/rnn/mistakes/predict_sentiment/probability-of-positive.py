"""The confidence is always the probability of "Positive"

Bank: Q04
Caught by: confidence
Feedback:
For a text that you call negative it is below one half: "Negative, 3 % sure". Report the probability of the
class that you name.
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
    confidence = probabilities[0, 1].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
