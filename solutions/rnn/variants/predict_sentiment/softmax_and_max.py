"""Softmax, then max"""

import torch
import torch.nn.functional as F

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    model.eval()
    indices = text_to_indices(text, vocab)
    tensor = torch.LongTensor(indices).unsqueeze(0)
    with torch.no_grad():
        output = model(tensor)
        probs = F.softmax(output, dim=1)
        confidence, prediction = torch.max(probs, 1)
    sentiment = "Positive" if prediction.item() == 1 else "Negative"
    return sentiment, confidence.item()
