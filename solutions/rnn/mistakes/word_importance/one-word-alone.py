"""Each word is replaced in the original, and the replacements stay

Caught by: deciding
Feedback:
The list of ids is changed in place, so at the third word the first two are missing as well. Work on a copy
for each word.
"""

import torch

from text import text_to_indices


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        before = torch.softmax(model(ids), dim=1)[0]
        best = before.argmax()
        result = []
        for i, word in enumerate(words):
            ids[0, i] = vocab["<UNK>"]
            after = torch.softmax(model(ids), dim=1)[0]
            result.append((word, abs(before[best] - after[best]).item()))
    return result
