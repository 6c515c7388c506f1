"""The confidence is a tensor without dimensions"""

import torch

from text import text_to_indices

NAMES = {0: "Negative", 1: "Positive"}


@torch.inference_mode()
def predict_sentiment(text, model, vocab):
    model.eval()
    p = model(torch.tensor(text_to_indices(text, vocab, max_len=20))[None]).softmax(-1).squeeze(0)
    return NAMES[int(p.argmax())], p.max()
