"""The text is not filled up to 20 words

Caught by: confidence
Feedback:
In training every text had 20 ids, the rest of them padding, and a model that reads in order goes through the
padding too. A text without it is read otherwise than in training. text_to_indices fills it up.
"""

import torch


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([[vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()[:20]]])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
