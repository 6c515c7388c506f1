"""The text is split into letters

Bank: Q06
Caught by: label
Feedback:
Hardly any letter is a word of the vocabulary, so the model reads nothing but <UNK> and says the same for
every text. Read the text as in training: text_to_indices does it.
"""

import torch


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor([[vocab.get(letter, vocab["<UNK>"]) for letter in text.lower()][:20]])
    with torch.no_grad():
        logits = model(ids)
    probabilities = torch.softmax(logits, dim=1)
    predicted = logits.argmax(dim=1).item()
    confidence = probabilities[0, predicted].item()
    label = "Positive" if predicted == 1 else "Negative"
    return label, confidence
