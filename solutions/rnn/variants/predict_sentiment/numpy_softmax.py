"""Softmax by hand in numpy"""

import numpy as np
import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.no_grad():
        z = model(torch.as_tensor(np.array([text_to_indices(text, vocab)]))).numpy()[0]
    e = np.exp(z - z.max())
    p = e / e.sum()
    k = int(np.argmax(p))
    return ["Negative", "Positive"][k], p[k]
