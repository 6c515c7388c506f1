import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    indices = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        p = torch.softmax(model(indices), dim=1)[0]
    predicted = int(p.argmax())
    label = "Positive" if predicted == 1 else "Negative"
    return label, p[predicted].item()


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    indices = text_to_indices(text, vocab)
    unk = vocab["<UNK>"]
    with torch.no_grad():
        before = model(torch.tensor([indices]))[0]
        winner = int(before.argmax())
        scores = []
        for position, word in enumerate(words):
            other = list(indices)
            other[position] = unk
            after = model(torch.tensor([other]))[0]
            scores.append((word, abs((before[winner] - after[winner]).item())))
    return scores
