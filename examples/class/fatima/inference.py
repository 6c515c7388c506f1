import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.inference_mode():
        probs = model(torch.tensor([text_to_indices(text, vocab)])).softmax(-1).squeeze(0)
    confidence, winner = probs.max(-1)
    return ("Negative", "Positive")[winner], confidence.item()


def word_importance(text, model, vocab):
    """| gradient x input | of the winning logit, summed over the embedding."""
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    box = {}

    def hook(module, args, out):
        box["e"] = out.detach().requires_grad_()
        return box["e"]

    model.eval()
    handle = model.embedding.register_forward_hook(hook)
    try:
        logits = model(ids)
    finally:
        handle.remove()
    (grad,) = torch.autograd.grad(logits.max(), box["e"])
    score = (grad * box["e"].detach()).sum(-1).abs().squeeze(0)
    return [(w, s.item()) for w, s in zip(words, score)]
