"""Checks of predict_sentiment and word_importance, on models whose hand-set weights decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Exercise, fail, require, same_shape

from . import forms

# --- predict_sentiment --------------------------------------------------------------------------------

predict = Exercise(
    "predict_sentiment",
    title="Prediction",
    stub="inference",
    names=("predict_sentiment",),
    stand_ins=("text_to_indices",),
)


def _labels(record: Any) -> list[str]:
    return [str(label).strip().capitalize() for label in forms.texts(record, "labels")]


def _confidences(student: Any, reference: Any) -> tuple[np.ndarray, np.ndarray]:
    got, wanted = forms.numbers(student, "confidences"), reference.confidences
    same_shape("the list of confidences", got, wanted)
    return got, wanted


@predict.check(
    points=1,
    probe="predict_sentiment",
    kind="property",
    hint="('Negative', 'Positive')[logits.argmax()]: class 1 is positive; ids as text_to_indices gives them",
)
def label(student: Any, reference: Any) -> None:
    """the label is "Positive" or "Negative", as the model's larger logit says"""
    got, wanted = _labels(student), _labels(reference)
    require(len(got) == len(wanted), f"{len(got)} labels came for {len(wanted)} texts")
    odd = [name for name in got if name not in ("Positive", "Negative")]
    if odd:
        fail(f'the label is {odd[0][:40]!r}; expected "Positive" or "Negative"')
    wrong = sum(a != b for a, b in zip(got, wanted, strict=True))
    if wrong == len(wanted):
        fail("every label is the opposite of what the model says", hint="class 0 is negative, class 1 is positive")
    require(wrong == 0, f"{wrong} of {len(wanted)} texts got another label than the model gives them")


@predict.check(
    points=1,
    probe="predict_sentiment",
    kind="property",
    hint="torch.softmax(logits, dim=1) over the two classes, then the entry of the predicted class",
)
def confidence(student: Any, reference: Any) -> None:
    """the confidence is the softmax probability of the predicted class"""
    got, wanted = _confidences(student, reference)
    if np.allclose(got, wanted, rtol=0, atol=1e-5):
        return
    if np.allclose(got, 1.0):
        fail("the confidence is 1 for every text", hint="softmax over the classes, not over the batch: dim=1")
    if np.allclose(got, 100 * wanted, rtol=0, atol=1e-2):
        fail("the confidence is a percentage; expected a probability from 0 to 1")
    if np.all((got >= 0) & (got <= 1)) and np.allclose(np.maximum(got, 1 - got), wanted, rtol=0, atol=1e-5):
        fail(
            "the confidence is below 0.5 for some texts: it is the probability of one fixed class",
            hint="report the probability of the class that you predict",
        )
    if np.any((got < 0) | (got > 1)):
        fail("the confidence is no probability: it lies outside 0 to 1", hint="apply softmax to the logits first")
    fail(f"the confidence is off by up to {float(np.max(np.abs(got - wanted))):.3g}")


@predict.check(points=1, probe="predict_sentiment_mode", kind="property")
def mode(student: Any, reference: Any) -> None:
    """the same text gets the same answer, also when the model arrives in training mode"""
    same = np.allclose(*_confidences(student, reference), rtol=0, atol=1e-5)
    if not same or _labels(student) != _labels(reference):
        fail(
            "for a model that arrives in training mode, the answer differs from that in evaluation mode",
            hint="call model.eval() before you use the model: dropout must be off",
        )


# --- word_importance ----------------------------------------------------------------------------------

importance = Exercise(
    "word_importance",
    title="Word importance",
    stub="inference",
    names=("word_importance",),
    stand_ins=("text_to_indices",),
)


@importance.check(
    points=1,
    probe="word_importance",
    kind="property",
    hint="zip(text.lower().split()[:20], scores): the padding has no entry; abs() or norm() makes scores >= 0",
)
def one_each(student: Any, reference: Any) -> None:
    """there is one score >= 0 for each word that the model reads, in the order of the text, and none for padding"""
    for name in reference.names("words:"):
        got = [word.lower() for word in forms.texts(student, name)]
        wanted = list(reference[name])
        text = int(name.removeprefix("words:")) + 1
        if len(got) > len(wanted):
            fail(
                f"text {text} has {len(wanted)} words that the model reads, and {len(got)} scores came back",
                hint="leave out the padding, and what lies beyond the first 20 words",
            )
        require(len(got) == len(wanted), f"text {text}: {len(wanted)} words, but {len(got)} scores")
        require(got == wanted, f"text {text}: the words do not come in the order of the text")
        scores = forms.numbers(student, f"scores:{text - 1}")
        same_shape("the list of scores", scores, reference[f"scores:{text - 1}"])
        require(bool(np.isfinite(scores).all()), f"text {text}: a score is not a finite number")
        require(bool((scores >= 0).all()), f"text {text}: a score is negative; use its absolute value or a norm")
        require(
            len(scores) < 2 or float(np.ptp(scores)) > 0,
            f"text {text}: all words have the same score",
            hint="how much does the predicted class's logit change with each word?",
        )


@importance.check(
    points=1,
    probe="word_importance",
    kind="property",
    needs=one_each,
    hint="differentiate the predicted class's logit with respect to the output of model.embedding, and take the "
    "norm for each word; or leave each word out and see how far the logit moves",
)
def deciding(student: Any, reference: Any) -> None:
    """the word that decides gets the highest score"""
    names = reference.names("scores:")
    scores = {name: forms.numbers(student, name) for name in names}
    wrong = [name for name in names if not scores[name].size or scores[name].argmax() != reference[name].argmax()]
    require(not wrong, f"in {len(wrong)} of {len(names)} texts another word than the deciding one comes first")


@importance.check(
    points=1,
    probe="word_importance",
    kind="property",
    needs=deciding,
    hint="model.eval() first; torch.autograd.grad leaves no gradients behind, unlike backward()",
)
def repeatable(student: Any, reference: Any) -> None:
    """the same call gives the same scores again, also in training mode, and the model's weights do not change"""
    for name in reference.names("scores:"):
        first, again = (forms.numbers(student, key) for key in (name, name.replace("scores:", "again:")))
        if np.shape(first) != np.shape(again) or not np.allclose(first, again, rtol=1e-5, atol=1e-9):
            fail("the second call gives other scores than the first: is dropout on, or do gradients pile up?")
    require(student.trained == 0, "the model was asked in training mode: dropout makes scores a matter of luck")
    for name in reference.names("before:"):
        after = student[name.replace("before:", "after:")]
        require(
            np.array_equal(after, reference[name]),
            f"{name.removeprefix('before:')} of the model was changed by the call",
        )


EXERCISES = [predict, importance]
