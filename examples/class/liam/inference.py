import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.no_grad():
        p = model(torch.tensor(text_to_indices(text, vocab))[None])[0].softmax(0).tolist()
    return max(zip(("Negative", "Positive"), p), key=lambda t: t[1])


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    indices = text_to_indices(text, vocab)
    unk = vocab["<UNK>"]
    with torch.no_grad():
        base = model(torch.tensor([indices]))[0]
        k = int(base.argmax())
        scores = []
        for position, word in enumerate(words):
            without = list(indices)
            without[position] = unk
            changed = model(torch.tensor([without]))[0]
            scores.append((word, abs((base[k] - changed[k]).item())))
    return scores
