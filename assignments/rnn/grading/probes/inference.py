"""What the grader does with predict_sentiment and word_importance: planted models, no answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.case import Case
from autograder.subject import ContractError, describe

from .planted import Deciding
from .text import words


def planted(case: Case) -> Deciding:
    """Ten words: four strong ones, praise (> 0) and blame (< 0), and six weak ones."""
    strong = case.generator("strong").uniform(1.3, 1.7, 4) * [1, -1, 1, -1]
    weak = case.generator("weak").uniform(0.1, 0.4, 6) * case.generator("signs").choice([-1, 1], 6)
    return Deciding(dict(zip(words(case, "planted", 10), [*strong, *weak], strict=True)), case)


def texts(case: Case, model: Deciding) -> list[str]:
    """Six texts of weak words with one strong word in each, at different places; one longer than 20 words."""
    names = list(model.vocab)[2:]
    generator = case.generator("texts")
    result = []
    for number, length in enumerate((6, 5, 7, 4, 1, 24)):
        tokens = [str(word) for word in generator.choice(names[4:], length)]
        tokens[int(generator.integers(min(length, 20)))] = names[number % 4]
        result.append(" ".join(tokens).capitalize())
    return result


def predict_sentiment(code: Any, case: Case) -> dict[str, Any]:
    """Labels and confidences for six texts; the model arrives in evaluation mode."""
    return _predict(code, case, train=False)


def predict_sentiment_mode(code: Any, case: Case) -> dict[str, Any]:
    """The same; the model has a dropout and arrives in training mode."""
    return _predict(code, case, train=True)


def _predict(code: Any, case: Case, *, train: bool) -> dict[str, Any]:
    model = planted(case)
    labels, confidences = [], []
    for text in texts(case, model):
        model.train(train)
        returned = code.predict_sentiment(text, model, dict(model.vocab))
        if not isinstance(returned, tuple | list) or len(returned) != 2 or not isinstance(returned[0], str):
            raise ContractError(
                f"predict_sentiment must return (label, confidence), a string and a float; it returned "
                f"{describe(returned)}. End with `return label, confidence`."
            )
        labels.append(returned[0])
        confidences.append(_number(returned[1], "the confidence that predict_sentiment returns"))
    return {"labels": labels, "confidences": np.array(confidences)}


def word_importance(code: Any, case: Case) -> dict[str, Any]:
    """Words and scores of six texts, each asked twice; the weights before and after; the model's modes when called."""
    model = planted(case)
    modes: list[bool] = []
    model.register_forward_hook(lambda called, given, output: modes.append(bool(called.training)))
    values: dict[str, Any] = {f"before:{name}": value.clone() for name, value in model.state_dict().items()}
    for number, text in enumerate(texts(case, model)):
        for turn in ("scores", "again"):
            model.train(turn == "again")  # as training may have left it
            found = _scores(code.word_importance(text, model, dict(model.vocab)))
            values[f"{turn}:{number}"] = np.array([score for _, score in found])
            values[f"words:{number}"] = [word for word, _ in found]
    values["trained"] = sum(modes)
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
}
