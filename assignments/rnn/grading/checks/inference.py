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


def _labels(record: Any, name: str = "labels") -> list[str]:
    return [str(label).strip().capitalize() for label in forms.texts(record, name)]


def _count(record: Any, name: str) -> int:
    value = record[name]
    if type(value) is not int:
        fail(f"{name} did not come back as a whole number")
    return int(value)


def _wrong(wrong: Any, kinds: list[str]) -> str:
    """In how many texts, and which is the first."""
    found = [kind for kind, off in zip(kinds, wrong, strict=True) if off]
    if len(found) == len(kinds):
        return f"all {len(kinds)} texts"
    return f"{len(found)} of {len(kinds)} texts" + (": " if len(found) == 1 else ", the first of them ") + found[0]


@predict.check(
    points=1,
    probe="predict_sentiment",
    kind="property",
)
def label(student: Any, reference: Any) -> None:
    """the label is "Positive" or "Negative", as the model's larger logit says"""
    got, wanted = _labels(student), _labels(reference)
    require(len(got) == len(wanted), f"{len(got)} labels came for {len(wanted)} texts")
    odd = [name for name in got if name not in ("Positive", "Negative")]
    if odd:
        text = reference.kinds[got.index(odd[0])]
        fail(f'the label is {odd[0][:40]!r}, for {text}; expected "Positive" or "Negative"')
    wrong = [a != b for a, b in zip(got, wanted, strict=True)]
    if all(wrong):
        fail("every label is the opposite of what the model says", hint="class 0 is negative, class 1 is positive")
    if any(wrong):
        fail(
            f"another label than the model gives, in {_wrong(wrong, reference.kinds)}",
            hint="the class of the larger logit, whatever its value; ids as text_to_indices(text, vocab) gives them",
        )


@predict.check(
    points=1,
    probe="predict_sentiment",
    kind="property",
)
def confidence(student: Any, reference: Any) -> None:
    """the confidence is the softmax probability of the predicted class"""
    got, wanted = forms.numbers(student, "confidences"), reference.confidences
    same_shape("the list of confidences", got, wanted)
    off = ~np.isclose(got, wanted, rtol=0, atol=1e-5)
    if not off.any():
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
    most = float(np.max(np.abs(got - wanted)))
    ids = "does the model get the 20 ids that text_to_indices(text, vocab) gives, with unknown words and padding?"
    fail(
        f"the confidence is off by up to {most:.3g}, in {_wrong(off, reference.kinds)}",
        hint=f"is it torch.softmax(logits, dim=1), and then the entry of the predicted class? And {ids}"
        if off.all()
        else f"where it is right, your softmax is. In the other texts, {ids}",
    )


@predict.check(points=1, probe="predict_sentiment_mode", kind="property")
def mode(student: Any, reference: Any) -> None:
    """the same text gets the same answer, also when the model arrives in training mode"""
    require(_count(student, "calls:evaluation") > 0, "the model was not asked")
    for arrives in ("evaluation", "training"):
        calls, dropped = (_count(student, f"{what}:{arrives}") for what in ("calls", "dropped"))
        require(
            dropped == 0,
            f"for a model that arrives in {arrives} mode, dropout was on in {dropped} of {calls} calls of the model",
            hint="call model.eval() before you use the model: dropout must be off",
        )
    labels = [_labels(student, f"labels:{arrives}") for arrives in ("evaluation", "training")]
    numbers = [forms.numbers(student, f"confidences:{arrives}") for arrives in ("evaluation", "training")]
    same = numbers[0].shape == numbers[1].shape and np.allclose(*numbers, rtol=0, atol=1e-5)
    require(
        labels[0] == labels[1] and same,
        "the same text, asked of the same model a second time, gets another answer",
        hint="the answer is to depend on the model's logits alone, and not on how the model arrives",
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
        lost = [word for word in reference.unknown if word in wanted and word not in got]
        require(
            len(got) == len(wanted),
            f"text {text}: {len(wanted)} words, but {len(got)} scores" + (f"; {lost[0]!r} has none" if lost else ""),
            hint="a word that the vocabulary does not have is read as <UNK>, and has a score like any other"
            if lost
            else "",
        )
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
    wrong = []
    for name in reference.names("scores:"):
        scores, words = forms.numbers(student, name), reference[name.replace("scores:", "words:")]
        if not scores.size or words[scores.argmax()] != words[reference[name].argmax()]:
            wrong.append(name)
    hint = "is the score looked up by word? In that text the deciding word is there twice, and it decides at one place"
    require(
        not wrong,
        f"in {len(wrong)} of {len(reference.names('scores:'))} texts another word than the deciding one comes first",
        hint=hint if wrong == [f"scores:{reference.twice}"] else "",
    )


@importance.check(
    points=1,
    probe="word_importance_again",
    kind="property",
    needs=deciding,
    hint="model.eval() first; torch.autograd.grad leaves no gradients behind, unlike backward()",
)
def repeatable(student: Any, reference: Any) -> None:
    """the same call gives the same scores again, also in training mode, and the model's weights do not change"""
    trained, calls = _count(student, "trained"), _count(student, "calls")
    require(
        trained == 0,
        f"dropout was on in {trained} of {calls} calls of the model: it makes scores a matter of luck",
    )
    for name in reference.names("before:"):
        weight, after = name.removeprefix("before:"), name.replace("before:", "after:")
        require(
            after in student,
            f"the model has no {weight} any more after the call",
            hint="what you put in the place of model.embedding has to be taken out again, also when something fails",
        )
        require(np.array_equal(student[after], reference[name]), f"{weight} of the model was changed by the call")
    for name in reference.names("scores:"):
        first, again = (forms.numbers(student, key) for key in (name, name.replace("scores:", "again:")))
        if np.shape(first) != np.shape(again) or not np.allclose(first, again, rtol=1e-5, atol=1e-9):
            fail(
                f"text {int(name.removeprefix('scores:')) + 1} gets other scores from a model that was asked before",
                hint="does something of a call stay in the model, such as gradients that pile up, or a hook? Or is "
                "something drawn at random?",
            )


EXERCISES = [predict, importance]
