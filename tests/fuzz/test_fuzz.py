"""A slice of the fuzzing that scripts/fuzz does at length."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies as st

from fuzz.seeds import SEEDS, STRATEGIES, zipped
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


def test_a_member_without_a_name_is_passed_over() -> None:
    """Found by fuzzing: the standard library cannot say whether such a member is a folder."""
    whole = zipped([("cell.py", b"x = 1"), ("q", b"y = 2")])
    at = whole.rindex(b"PK\x01\x02")
    entry = bytearray(whole[at:])
    entry[28:30] = b"\0\0"
    nameless = bytes(entry[:46] + entry[47:])
    size = int.from_bytes(whole[-10:-6], "little") - 1
    nameless = nameless[:-10] + size.to_bytes(4, "little") + nameless[-6:]
    TARGETS["archive"](whole[:at] + nameless)
