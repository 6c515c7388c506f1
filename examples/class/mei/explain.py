import torch

from prepare import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.tensor(text_to_indices(text, vocab)).view(1, -1)
    with torch.no_grad():
        p = torch.softmax(model(x), dim=1)[0]
    k = int(p.argmax())
    return ['Negative', 'Positive'][k], float(p[k])


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)

    layers = []

    def remember(module, inputs, output):
        layers.append(output)

    hook = model.embedding.register_forward_hook(remember)
    logits = model(x)
    hook.remove()

    winner = logits[0].argmax()
    gradient = torch.autograd.grad(logits[0, winner], layers[0])[0]
    scores = gradient[0].norm(dim=-1).tolist()

    return list(zip(words, scores))
