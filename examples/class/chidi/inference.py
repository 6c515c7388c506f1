import torch
from text import text_to_indices, tokens


def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)   # a batch of one
    with torch.no_grad():
        logits = model(x)
    p = torch.softmax(logits, dim=1)            # over the classes
    negative = p[0, 0].item()
    positive = p[0, 1].item()
    if positive > negative:
        return "Positive", positive
    else:
        return "Negative", negative


def word_importance(text, model, vocab):
    # norm of the gradient of the predicted logit w.r.t. the embedding of the word
    model.eval()
    words = tokens(text)[:20]
    x = torch.LongTensor(text_to_indices(text, vocab)).unsqueeze(0)

    stored = []

    def remember(module, inputs, output):
        # the ids have no gradient, the vectors do
        stored.append(output)

    hook = model.embedding.register_forward_hook(remember)
    logits = model(x)
    hook.remove()

    winner = logits[0].argmax()
    gradient = torch.autograd.grad(logits[0, winner], stored[0])[0]
    scores = gradient[0].norm(dim=-1).tolist()

    # pads come after the words, zip stops before them
    return list(zip(words, scores))
