import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)
    with torch.no_grad():
        logits = model(x)
    p = torch.softmax(logits, dim=1)
    negative = p[0, 0].item()
    positive = p[0, 1].item()
    if positive > negative:
        return "Positive", positive
    else:
        return "Negative", negative


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)

    stored = []

    def remember(module, inputs, output):
        stored.append(output)

    hook = model.embedding.register_forward_hook(remember)
    logits = model(x)
    hook.remove()

    k = logits[0].argmax()
    gradient = torch.autograd.grad(logits[0, k], stored[0])[0]
    scores = gradient[0].norm(dim=-1).tolist()

    return list(zip(words, scores))
