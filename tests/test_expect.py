"""Expectations say what, where and how far off, and never what the reference's value is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.expect import Mismatch, MoreWanted, Record, at_least, close, equal, same_shapes

finite = st.floats(-1e6, 1e6)


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=3), elements=finite))
def test_an_array_is_close_to_itself(values: np.ndarray) -> None:
    close("h", values, values.copy())


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=3), elements=finite), st.data())
def test_one_wrong_value_is_found_and_named(values: np.ndarray, data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, size - 1)) for size in values.shape)
    wrong = values.copy()
    wrong[index] += 1.0 + abs(wrong[index])

    with pytest.raises(Mismatch) as caught:
        close("h", wrong, values, axes=[f"axis{i}" for i in range(values.ndim)])

    if values.size > 1:
        assert f"1 of {values.size} values differ" in caught.value.message
        assert ", ".join(f"axis{i} {n}" for i, n in enumerate(index)) in caught.value.message
    assert caught.value.evidence[0].kind == "errors"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_never_passes(bad: float) -> None:
    with pytest.raises(Mismatch, match="of 3 values"):
        close("h", np.array([0.0, bad, 0.0]), np.zeros(3))
    with pytest.raises(Mismatch):
        close("h", np.array([bad]), np.array([bad]))


@pytest.mark.parametrize("student", [np.zeros(1), np.zeros((1, 3)), np.zeros((3, 1)), np.zeros(0), 0.0])
def test_shapes_that_would_broadcast_are_refused(student: object) -> None:
    with pytest.raises(Mismatch, match="shape"):
        close("h", student, np.zeros(3))


def test_nothing_to_compare_is_our_fault_and_not_a_pass() -> None:
    with pytest.raises(KeyError):
        close("h", np.zeros(0), np.zeros(0))


@pytest.mark.parametrize("student", [np.zeros(3, dtype=bool), np.zeros(3, dtype=complex), ["a", "b", "c"]])
def test_values_that_are_not_real_numbers_are_refused(student: object) -> None:
    with pytest.raises(Mismatch):
        close("h", student, np.zeros(3))


def test_no_message_prints_a_value_of_the_reference() -> None:
    secret = 0.123456789
    with pytest.raises(Mismatch) as caught:
        close("h", np.zeros((2, 2)), np.array([[0.5, secret], [1.0, 2.0]]))

    assert "0.1234" not in caught.value.message
    assert "expected" not in caught.value.message


def test_a_large_error_map_is_sampled_by_the_largest_error() -> None:
    error = np.zeros((100, 50))
    error[70, 33] = 5.0
    with pytest.raises(Mismatch) as caught:
        close("h", error, np.zeros_like(error), axes=("row", "unit"))

    values = np.array(caught.value.evidence[0].data["values"])
    assert values.shape == (24, 24)
    assert values.max() == 5.0


def test_shapes_are_shown_side_by_side() -> None:
    with pytest.raises(Mismatch) as caught:
        same_shapes({"h": [4, 3], "c": [3, 4]}, {"h": [3, 4], "c": [3, 4]})

    assert caught.value.message == "h: expected (3, 4), got (4, 3)"
    assert [row["ok"] for row in caught.value.evidence[0].data["rows"]] == [False, True]


def test_a_missing_value_is_the_students_on_one_side_and_ours_on_the_other() -> None:
    with pytest.raises(Mismatch):
        Record({}, side="student").h  # noqa: B018  # reading it is the act
    with pytest.raises(KeyError):
        Record({}, side="reference").h  # noqa: B018  # reading it is the act


@given(st.floats())
def test_at_least_passes_only_finite_numbers_that_reach_the_bound(value: float) -> None:
    good = np.isfinite(value) and value >= 0.8
    try:
        at_least("accuracy", value, 0.8)
    except Mismatch:
        assert not good
    else:
        assert good


def test_true_is_not_one() -> None:
    with pytest.raises(Mismatch):
        equal("count", True, 1)


def test_a_further_probe_is_asked_for_when_a_check_reads_it_and_not_before() -> None:
    record = Record({"logits": 1}, side="student", more=["again"])
    assert record.logits == 1
    with pytest.raises(MoreWanted) as caught:
        record["again:logits"]
    assert caught.value.probe == "again"
