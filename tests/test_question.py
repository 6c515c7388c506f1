"""What the grader sends into the sandbox arrives as it was sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.question import pack, unpack
from autograder.sandbox.wire import WireError

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)
arrays = st.sampled_from(["float64", "float32", "int64", "int32", "uint8", "bool"]).flatmap(
    lambda dtype: st.lists(st.integers(0, 4), max_size=3).map(
        lambda shape: np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    )
)


@given(st.dictionaries(st.text(max_size=8), documents, max_size=6), st.dictionaries(st.text(max_size=8), arrays))
def test_values_and_arrays_arrive_as_they_were_sent(values: dict[str, Any], given_arrays: dict[str, Any]) -> None:
    values = {name: value for name, value in values.items() if name not in given_arrays}

    back = unpack(pack({**values, **given_arrays}))

    assert back.keys() == values.keys() | given_arrays.keys()
    assert all(back[name] == value for name, value in values.items())
    for name, array in given_arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_arrays_can_be_written_and_are_nobody_elses() -> None:
    back = unpack(pack({"a": np.zeros(3), "b": np.ones((2, 2))[:, ::-1].T, "flags": np.array([True])}))
    back["a"][:] = 7.0
    assert back["b"].tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert back["a"].flags.aligned
    assert back["b"].flags.aligned


def test_nan_and_infinities_arrive() -> None:
    back = unpack(pack({"nan": math.nan, "inf": -math.inf}))
    assert math.isnan(back["nan"])
    assert back["inf"] == -math.inf


def test_lone_surrogates_become_question_marks() -> None:
    assert unpack(pack({"text": "a\ud800b"})) == {"text": "a?b"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.array(["text"]), "numbers are needed"),
        (np.array([object()]), "numbers are needed"),
        (np.array([1j]), "numbers are needed"),
        (object(), "cannot be written"),
        ({1, 2}, "cannot be written"),
    ],
)
def test_what_cannot_be_sent_is_refused(value: Any, says: str) -> None:
    with pytest.raises(WireError, match=says):
        pack({"x": value})


def test_more_than_the_limit_is_refused() -> None:
    with pytest.raises(WireError, match="at most 1,000 may be sent"):
        pack({"x": np.zeros(1000)}, most=1000)
    with pytest.raises(WireError, match="at most 1,000 may be sent"):
        pack({"x": "a" * 1000}, most=1000)
