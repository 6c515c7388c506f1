"""Using a trained classifier: predictions, and which words they rest on.

Graded here: `predict_sentiment` (3 points), `word_importance` (3 points).

Both read a text as in training: `text_to_indices(text, vocab)` with its default `max_len` of 20. Both
work for any `model` that gives logits [B, 2] for ids [B, T] and has its word vectors in
`model.embedding`; nothing else about the model is known.
"""

import torch

from text import text_to_indices


def predict_sentiment(text, model, vocab):
    """Say whether a text is positive or negative, and how sure the model is.

    The model is used in evaluation mode (no dropout), so the same text always gives the same answer.

    Args:
        text: a string.
        model: a classifier with two logits: class 0 negative, class 1 positive. It may arrive in
            training mode.
        vocab: dict from word to id.

    Returns:
        `(label, confidence)`. label: "Positive" or "Negative". confidence: the softmax probability of
        the predicted class as a Python float, so it is never below 0.5.

    Graded: the label (1), the confidence (1), evaluation mode (1).
    """
    raise NotImplementedError("predict_sentiment is not written yet")


def word_importance(text, model, vocab):
    """Score every word of a text by how much the model's answer depends on it.

    Any sound method will do: the norm of the gradient of the predicted class's logit with respect to
    the word's vector, gradient times vector, integrated gradients, or how much the answer changes when
    the word is left out.

    Args:
        text: a string.
        model: as for `predict_sentiment`. For a gradient method, get hold of the output of
            `model.embedding` (a forward hook, or a stand-in for the module while you compute): ids
            have no gradient, and the gradient of the table itself adds up all places of a word.
        vocab: dict from word to id.

    Returns:
        list of `(word, score)`, one pair for each word of the lower-cased text in its order, at most
        20 (the words that the model reads); padding has no entry. score: a Python float >= 0, larger
        for a word that matters more. Use the absolute value or the norm where a method gives signs.
        The same call gives the same scores again, and the model's weights do not change.

    Graded on models whose hand-set weights leave no doubt about which word decides: one score a word in
    order (1), the deciding word first (1), the same scores when called again (1).
    """
    raise NotImplementedError("word_importance is not written yet")
