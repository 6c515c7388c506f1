"""Exercises: predict_sentiment and word_importance."""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    indices = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        probabilities = torch.softmax(model(indices), dim=1)[0]
    predicted = int(probabilities.argmax())
    label = "Positive" if predicted == 1 else "Negative"
    return label, probabilities[predicted].item()


def word_importance(text, model, vocab):
    """Occlusion: how much does the winning logit change when the word becomes <UNK>?"""
    model.eval()
    words = text.lower().split()[:20]
    indices = text_to_indices(text, vocab)
    unk = vocab["<UNK>"]
    with torch.no_grad():
        base = model(torch.tensor([indices]))[0]
        winner = int(base.argmax())
        scores = []
        for position, word in enumerate(words):
            masked = list(indices)
            masked[position] = unk
            changed = model(torch.tensor([masked]))[0]
            scores.append((word, abs((base[winner] - changed[winner]).item())))
    return scores
