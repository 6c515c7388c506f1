"""What the grader does with predict_sentiment and word_importance: planted models, no answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.case import Case
from autograder.subject import ContractError, describe

from .planted import Deciding, Late, Reading
from .text import words

UNKNOWN = "xylophone"  # in no vocabulary


def planted(case: Case, kind: type[Deciding] = Deciding) -> Deciding:
    """Ten words: four strong ones, praise (> 0) and blame (< 0), and six weak ones."""
    strong = case.generator("strong").uniform(1.3, 1.7, 4) * [1, -1, 1, -1]
    weak = case.generator("weak").uniform(0.05, 0.1, 6) * case.generator("signs").choice([-1, 1], 6)
    return kind(dict(zip(words(case, "planted", 10), [*strong, *weak], strict=True)), case)


def texts(case: Case, model: Deciding) -> list[str]:
    """Six texts of weak words with one strong word in each, at different places; one longer than 20 words.

    In two of them there is an unknown word.
    """
    names = list(model.vocab)[2:]
    generator = case.generator("texts")
    result = []
    for number, length in enumerate((6, 5, 7, 4, 1, 24)):
        tokens = [str(word) for word in generator.choice(names[4:], length)]
        place = int(generator.integers(min(length, 20)))
        tokens[place] = names[number % 4]
        if number in (1, 3):
            tokens[place - 1] = UNKNOWN
        result.append(" ".join(tokens).capitalize())
    return result


def readings(case: Case) -> list[tuple[str, str, Reading]]:
    """What kind of text, the text, and the model that is asked; the last text is the first one, for another model."""
    names = words(case, "planted", 10)
    strong = case.generator("strong").uniform(1.3, 1.7, 4) * [1, -1, 1, -1]
    weak = case.generator("weak").uniform(0.03, 0.06, 6) * [1, -1, 1, -1, 1, -1]
    model = Reading(dict(zip(names, [*strong, *weak], strict=True)))
    other = Reading(dict(zip(names, [*-strong, *weak], strict=True)))
    generator = case.generator("texts")

    def text(length: int, *given: str) -> str:
        tokens = [*given, *(str(word) for word in generator.choice(names, length - len(given)))]
        return " ".join(str(token) for token in generator.permutation(tokens)).capitalize()

    several = " ".join([names[4], names[6], names[0], names[5], names[7], names[5]]).capitalize()
    return [
        ("a text of 6 words", several, model),
        ("a text of one word", text(1, names[0]), model),
        ("a text of 24 words", text(24), model),
        ("a text with words that the vocabulary does not have", text(7, UNKNOWN, "quux"), model),
        ("a text of 5 words", text(5), model),
        ("a text for which the model hardly leans to positive", text(1, names[4]), model),
        ("a text for which the model hardly leans to negative", text(1, names[5]), model),
        ("the first text, asked of another model", several, other),
    ]


def predict_sentiment(code: Any, case: Case) -> dict[str, Any]:
    """Labels and confidences for texts of several kinds; the models arrive in evaluation mode."""
    asked = readings(case)
    answers = [_answer(code, text, model.eval()) for _, text, model in asked]
    return {
        "kinds": [kind for kind, _, _ in asked],
        "labels": [label for label, _ in answers],
        "confidences": np.array([confidence for _, confidence in answers]),
    }


def predict_sentiment_mode(code: Any, case: Case) -> dict[str, Any]:
    """Labels and confidences for six texts, each asked of a model in evaluation mode and in training mode.

    ``calls:MODE``: how often the model's dropout was used; ``dropped:MODE``: how often in training mode.
    """
    model = planted(case)
    modes: list[bool] = []
    model.dropout.register_forward_hook(lambda called, given, output: modes.append(bool(called.training)))
    values: dict[str, Any] = {}
    for mode in ("evaluation", "training"):
        modes.clear()
        answers = [_answer(code, text, model.train(mode == "training")) for text in texts(case, model)]
        values[f"labels:{mode}"] = [label for label, _ in answers]
        values[f"confidences:{mode}"] = np.array([confidence for _, confidence in answers])
        values |= {f"calls:{mode}": len(modes), f"dropped:{mode}": sum(modes)}
    return values


def _answer(code: Any, text: str, model: Any) -> tuple[str, float]:
    returned = code.predict_sentiment(text, model, dict(model.vocab))
    if not isinstance(returned, tuple | list) or len(returned) != 2 or not isinstance(returned[0], str):
        raise ContractError(
            f"predict_sentiment must return (label, confidence), a string and a float; it returned "
            f"{describe(returned)}. End with `return label, confidence`."
        )
    return returned[0], _number(returned[1], "the confidence that predict_sentiment returns")


def importance_texts(case: Case) -> list[tuple[str, type[Deciding]]]:
    """Texts, each with the kind of model that is asked; in the last one the deciding word is there twice."""
    model = planted(case)
    names = list(model.vocab)[2:]
    early, late = names[4:7], names[7:]  # so that no other word's first place hardly counts and its second does
    twice = [early[0], names[0], early[1], early[2], *late, names[0], *late]
    return [*((text, Deciding) for text in texts(case, model)), (" ".join(twice), Late)]


def word_importance(code: Any, case: Case) -> dict[str, Any]:
    """Words and scores of seven texts, for a new model each time, in evaluation mode.

    ``unknown``: words of the texts that the vocabulary does not have. ``twice``: the number of the text in which the
    deciding word is there twice.
    """
    asked = importance_texts(case)
    values: dict[str, Any] = {"unknown": [UNKNOWN], "twice": len(asked) - 1}
    for number, (text, kind) in enumerate(asked):
        model = planted(case, kind).eval()
        found = _scores(code.word_importance(text, model, dict(model.vocab)))
        values[f"words:{number}"] = [word for word, _ in found]
        values[f"scores:{number}"] = np.array([score for _, score in found])
    return values


def word_importance_again(code: Any, case: Case) -> dict[str, Any]:
    """Scores of six texts for a new model each time, and again for one model that is asked about all of them.

    That one arrives in training mode. Its weights before and after; how often its dropout was used, and how often in
    training mode.
    """
    model = planted(case)
    modes: list[bool] = []
    model.dropout.register_forward_hook(lambda called, given, output: modes.append(bool(called.training)))
    values: dict[str, Any] = {f"before:{name}": value.clone() for name, value in model.state_dict().items()}
    for number, text in enumerate(texts(case, model)):
        for turn, asked in (("scores", planted(case).eval()), ("again", model.train())):
            found = _scores(code.word_importance(text, asked, dict(asked.vocab)))
            values[f"{turn}:{number}"] = np.array([score for _, score in found])
    values |= {"calls": len(modes), "trained": sum(modes)}
    return values | {f"after:{name}": value for name, value in model.state_dict().items()}


def _scores(returned: Any) -> list[tuple[str, float]]:
    if not isinstance(returned, list | tuple):
        raise ContractError(
            f"word_importance must return a list of (word, score); it returned {describe(returned)}. "
            "A dict would lose words that occur twice."
        )
    result = []
    for item in returned[:1000]:
        if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[0], str):
            raise ContractError(f"word_importance must return pairs (word, score); it has {describe(item)}")
        result.append((item[0], _number(item[1], "a score that word_importance returns")))
    return result


def _number(value: Any, what: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        raise ContractError(f"{what} must be one number; got {describe(value)}") from None


PROBES = {
    "predict_sentiment": predict_sentiment,
    "predict_sentiment_mode": predict_sentiment_mode,
    "word_importance": word_importance,
    "word_importance_again": word_importance_again,
}
