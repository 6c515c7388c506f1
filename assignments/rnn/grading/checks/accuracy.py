"""Exercises that are judged by training. The checks that need hidden labels are registered with the labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Case, Exercise, Limits, require, same_shape

trained = Exercise(
    "trained_accuracy",
    title="Trained accuracy",
    stub="training",
    names=("train_sentiment",),
    limits=Limits(seconds=90, cpu=45),
    stand_ins=("build_vocab", "text_to_indices", "SentimentDataset", "SentimentLSTM", "train_epoch", "evaluate"),
)

improved = Exercise(
    "improved_classifier",
    title="Improved classifier",
    names=("ImprovedClassifier",),
    cases=(
        Case(
            id="contract",
            sizes={"batch": 3, "time": 7, "vocab_size": 19, "output_dim": 2},
        ),
    ),
    limits=Limits(seconds=90, cpu=45),
)


def _shapes(case: Case) -> dict[str, Any]:
    sizes = {"several": case.batch, "one": 1, "padding": 2}
    return {f"{way}:{what}": [n, case.output_dim] for way in ("vectors", "plain") for what, n in sizes.items()}


@improved.check(
    points=1,
    probe="improved_contract",
    kind="shapes",
    expected=_shapes,
    hint="vectors is a tensor [V, E] or None; reading only the words needs care where a text has none",
)
def contract(student: Any, reference: Any) -> None:
    """it gives finite logits [B, output_dim], with and without vectors, for many texts, one text, and padding alone,
    and a text gets the same ones alone and in a batch"""
    for name in reference.names():
        way, _, what = name.partition(":")
        built = "with vectors" if way == "vectors" else "without vectors"
        asked = {"several": "for several texts", "one": "for one text", "padding": "for a text that is all padding"}
        where = f"built {built}, {asked[what]}: logits"
        same_shape(where, student[name], reference[name])
        require(bool(np.isfinite(student[name]).all()), f"{where} are not finite numbers")
    for way in ("vectors", "plain"):
        logits = student[f"{way}:several"]
        require(float(np.abs(logits - logits[:1]).max()) > 1e-9, "different texts get exactly the same logits")
        require(
            np.allclose(logits[1], student[f"{way}:one"][0], rtol=1e-3, atol=1e-4),
            "a text gets other logits in a batch than alone",
            hint="attention is a softmax over the words of a text, dim=1, not over the batch; and is x batch first?",
        )


EXERCISES = [trained, improved]
