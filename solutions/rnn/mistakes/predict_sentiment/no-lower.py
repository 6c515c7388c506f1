"""The text is read without lower()

Bank: Q06
Caught by: label
Feedback:
The vocabulary was made from small letters, so a word at the beginning of a sentence is unknown. Use
text_to_indices, then both read alike.
"""

import torch


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([[vocab.get(word, vocab["<UNK>"]) for word in text.split()][:20]])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
