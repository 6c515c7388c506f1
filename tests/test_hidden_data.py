"""The generator of hidden texts: the order of words decides, and nothing else tells."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="session")
def data(rnn: Any) -> Any:
    """The generator, as the loaded assignment has it."""
    return importlib.import_module("course_rnn_hidden.data")


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data(data):
    first, again, other = data.make(5), data.make(5), data.make(6)

    assert first == again
    assert first.hidden_texts != other.hidden_texts


@pytest.mark.parametrize("seed", [0, 1, 2**52 - 1])
def test_every_bag_of_words_is_as_often_positive_as_negative(data, seed):
    """So that no model which ignores the order can do better than chance on the hidden texts."""
    drawn = data.make(seed)
    by_bag: dict[tuple[str, ...], list[int]] = {}
    for text, label in zip(drawn.hidden_texts, drawn.hidden_labels, strict=True):
        by_bag.setdefault(tuple(sorted(text.split())), []).append(label)

    assert all(2 * sum(labels) == len(labels) for labels in by_bag.values())
    assert sum(drawn.hidden_labels) == len(drawn.hidden_labels) // 2


def test_no_hidden_text_is_in_training_or_shares_its_opening_and_pattern(data):
    drawn = data.make(11)
    judged = set(data.GOOD + data.BAD)
    nouns = set(data.SEEN + data.UNSEEN)

    def template(text: str) -> str:
        plain = " ".join("J" if w in judged else "N" if w in nouns else w for w in text.split())
        for tail in sorted(set(data.TAILS), key=len, reverse=True):
            if tail and plain.endswith(tail):
                return plain.removesuffix(tail).strip()
        return plain

    assert not set(map(template, drawn.texts)) & set(map(template, drawn.hidden_texts))


def test_hidden_texts_have_unknown_words_and_some_are_longer_than_max_len(data):
    drawn = data.make(3)
    known = set(" ".join(drawn.texts).split())

    unknown = [text for text in drawn.hidden_texts if set(text.split()) - known]
    long = [text for text in drawn.hidden_texts if len(text.split()) > 20]

    assert len(unknown) > 40
    assert len(long) > 20


def test_the_judgements_of_a_long_text_lie_within_max_len(data):
    """What decides is never cut off: only tails that mean nothing are."""
    for text in data.make(4).hidden_texts:
        assert len(set(text.split()[:20]) & set(data.GOOD + data.BAD)) == 2


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**52 - 1))
def test_a_few_training_labels_are_turned_round_and_no_more(data, seed):
    noisy, clean = data.make(seed), data.make(seed, noise=0.0)

    turned = int(np.sum(np.array(noisy.labels) != np.array(clean.labels)))

    assert noisy.texts == clean.texts
    assert turned == round(0.03 * len(noisy.labels))


def test_all_words_are_in_the_glove_subset_of_the_handout(data):
    glove = importlib.import_module("course_rnn_hidden.cases").glove()

    assert set(data.GOOD + data.BAD + data.SEEN + data.UNSEEN) <= set(glove)


def test_what_goes_into_the_sandbox_holds_no_hidden_label(rnn):
    """The cases carry hidden texts and ids, and labels of training texts only."""
    cases = importlib.import_module("course_rnn_hidden.cases")
    case = importlib.import_module("autograder.case").Case(seed=9)

    texts, ids = cases.as_texts(case), cases.as_ids(case)

    assert set(texts.values) == {"texts", "labels", "hidden_texts"}
    assert set(ids.arrays) == {"ids", "labels", "hidden_ids", "vectors"}
    assert len(texts.values["labels"]) == len(texts.values["texts"]) == len(ids.arrays["labels"])


def test_the_vectors_are_in_the_order_of_the_ids(rnn, data):
    cases = importlib.import_module("course_rnn_hidden.cases")
    case = cases.as_ids(importlib.import_module("autograder.case").Case(seed=9))
    glove, drawn = cases.glove(), cases.data(9)
    counts = Counter(" ".join(drawn.texts).split())
    first = drawn.texts[0].split()[:20]

    for word, number in zip(first, case.arrays["ids"][0], strict=False):
        if counts[word] >= 2:
            assert np.array_equal(case.arrays["vectors"][number], glove[word])
        else:
            assert number == 1
    assert not case.arrays["vectors"][:2].any()
