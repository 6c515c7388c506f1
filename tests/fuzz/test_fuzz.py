"""A slice of the fuzzing that scripts/fuzz does at length."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies as st

from fuzz.seeds import SEEDS, STRATEGIES
from fuzz.targets import TARGETS


@pytest.mark.parametrize("target", sorted(TARGETS))
@hypothesis.settings(
    max_examples=400, deadline=None, database=None, suppress_health_check=[*hypothesis.HealthCheck], derandomize=True
)
@hypothesis.given(data=st.data())
def test_no_bytes_break_what_reads_them(target: str, data: st.DataObject) -> None:
    """Whatever comes, there is a reply or a submission, within the limits, and no exception of ours."""
    TARGETS[target](data.draw(STRATEGIES[target]))


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_sound_inputs_pass_and_so_does_each_beginning_of_them(target: str) -> None:
    """A file or a reply that was cut off at any place is one like any other."""
    for seed in SEEDS[target]():
        for end in range(0, len(seed) + 1, max(len(seed) // 40, 1)):
            TARGETS[target](seed[:end])
