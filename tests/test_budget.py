"""What a request may take: time in which the machine did not run the program is not its own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Limits
from autograder.sandbox import budget, calibration
from autograder.sandbox.budget import Budget, Expired

SECONDS = st.floats(0, 1e4)


@dataclasses.dataclass
class Machine:
    """A process as the kernel would describe it: seconds on the clock, of computing, of waiting for a processor."""

    wall: float = 0.0
    cpu: float = 0.0
    waits: dict[str, float] = dataclasses.field(default_factory=lambda: {"1": 0.0})
    stolen: float = 0.0

    def runs(self, wall: float, cpu: float = 0.0, queued: float = 0.0, stolen: float = 0.0) -> None:
        self.wall, self.cpu, self.stolen = self.wall + wall, self.cpu + cpu, self.stolen + stolen
        self.waits = {thread: waited + queued for thread, waited in self.waits.items()}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made = Machine()
    monkeypatch.setattr(budget.time, "monotonic", lambda: made.wall)
    monkeypatch.setattr(budget, "cpu_seconds", lambda pid: made.cpu)
    monkeypatch.setattr(budget, "waits_of", lambda pid: dict(made.waits))
    monkeypatch.setattr(budget, "stolen_seconds", lambda: made.stolen)
    yield made
    monkeypatch.undo()


def started(limits: Limits, slowness: float = 1.0, **more: object) -> Budget:
    """From its first look on, which is a moment after the start."""
    made = Budget(limits, -1, slowness, **more)  # type: ignore[arg-type]
    made.check()
    return made


def stopped(made: Budget) -> Expired | None:
    try:
        made.check()
    except Expired as expired:
        return expired
    return None


def test_computing_ends_at_its_limit_whatever_else_is_allowed(machine: Machine) -> None:
    made = started(Limits(60, 3))
    machine.runs(3, cpu=2.9)
    assert stopped(made) is None
    machine.runs(0.2, cpu=0.2)
    expired = stopped(made)
    assert expired is not None
    assert (expired.kind, expired.told(" in f")) == ("deadline", "stopped after 3 s of computing in f")


def test_waiting_by_its_own_choice_ends_too(machine: Machine) -> None:
    made = started(Limits(6, 3))
    machine.runs(6.1)
    expired = stopped(made)
    assert expired is not None
    assert expired.told() == "stopped after 6 s; it was waiting, not computing"


def test_waiting_for_a_processor_is_not_its_own(machine: Machine) -> None:
    """Eight programs on one processor: a right one that needs 2.5 s gets them, and a wrong one is told how it was."""
    made = started(Limits(6, 3))
    machine.runs(20, cpu=2.5, queued=17.5)
    assert stopped(made) is None
    machine.runs(5, cpu=0.6, queued=4.4)
    expired = stopped(made)
    assert expired is not None
    assert expired.told() == ("stopped after 3 s of computing; this machine was busy with other work, so 25 s went by")


def test_what_a_virtual_machine_is_robbed_of_is_not_its_own(machine: Machine) -> None:
    made = started(Limits(6, 3))
    machine.runs(10, cpu=2, stolen=8)
    assert stopped(made) is None


def test_a_program_that_slows_itself_by_its_own_threads_gains_nothing(machine: Machine) -> None:
    """All of them wait for each other: what one of them waits, another one computes."""
    machine.waits = {str(n): 0.0 for n in range(15)}
    made = started(Limits(6, 3))
    machine.runs(3.1, cpu=3.1, queued=3)
    expired = stopped(made)
    assert expired is not None
    assert expired.what == "stopped after 3 s of computing"


def test_a_slower_machine_gives_more_and_says_so(machine: Machine) -> None:
    made = started(Limits(6, 3), 2.0)
    machine.runs(5.9, cpu=5.9)
    assert stopped(made) is None
    machine.runs(0.2, cpu=0.2)
    expired = stopped(made)
    assert expired is not None
    assert expired.told() == (
        "stopped after 3 s of computing; this machine is slower than the one that the limit is meant for, so it got 6 s"
    )


def test_a_machine_that_has_become_slower_is_measured_before_anybody_is_stopped(machine: Machine) -> None:
    asked = []

    def again() -> float:
        asked.append(1)
        return 2.0

    made = started(Limits(60, 3), again=again)
    machine.runs(4, cpu=4)
    assert stopped(made) is None
    machine.runs(2.1, cpu=2.1)
    assert stopped(made) is not None
    assert asked == [1]


def test_a_machine_that_runs_nobody_is_at_fault_itself(machine: Machine) -> None:
    made = started(Limits(6, 3))
    machine.runs(181, cpu=0.5, queued=180)
    expired = stopped(made)
    assert expired is not None
    assert expired.kind == "engine"
    assert expired.what.startswith("this machine was too busy: in 181 s the program got 0.5 s of computing; grade it")


def test_where_waiting_is_not_told_a_program_that_computes_is_waited_for(machine: Machine) -> None:
    """Up to a bound on the clock; one that only waits is not."""
    machine.waits = {}
    made = started(Limits(6, 3))
    machine.runs(20, cpu=2.5)
    assert stopped(made) is None
    machine.runs(200)
    expired = stopped(made)
    assert expired is not None
    assert (expired.kind, expired.what) == ("deadline", "stopped after 6 s")


def test_there_is_a_bound_on_the_clock_even_where_replies_trickle_in(machine: Machine) -> None:
    machine.waits = {}
    made = started(Limits(6, 3))
    machine.runs(179, cpu=2.5)
    made.bounded()
    machine.runs(2)
    with pytest.raises(Expired, match="stopped after 181 s"):
        made.bounded()


@given(wall=SECONDS, cpu=SECONDS, queued=SECONDS, stolen=SECONDS, slowness=st.floats(1, 8))
def test_nobody_is_stopped_within_the_limits_nor_outlasts_them_all(
    wall: float, cpu: float, queued: float, stolen: float, slowness: float
) -> None:
    machine = Machine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget.time, "monotonic", lambda: machine.wall)
        patch.setattr(budget, "cpu_seconds", lambda pid: machine.cpu)
        patch.setattr(budget, "waits_of", lambda pid: dict(machine.waits))
        patch.setattr(budget, "stolen_seconds", lambda: machine.stolen)
        made = started(Limits(6, 3), slowness)
        machine.runs(wall, cpu, queued, stolen)
        expired = stopped(made)
    within = cpu <= 3 and wall - queued - stolen <= 6 and wall <= 180
    beyond = cpu > 3 * slowness or wall > 20 * 6 * slowness + 60
    assert not (within and expired is not None)
    assert not (beyond and expired is None)


@given(st.floats(0, math.inf, allow_nan=False))
def test_the_measure_stretches_limits_and_never_cuts_them(seconds: float) -> None:
    assert 1.0 <= calibration.scale(seconds) <= calibration.MOST


def test_measuring_leaves_random_numbers_and_dtypes_as_they_were() -> None:
    import torch

    torch.manual_seed(3)
    state = torch.get_rng_state()
    assert calibration.measure(1) > 0
    assert torch.equal(torch.get_rng_state(), state)
