"""Budget: what one request may take of a process, measured from outside what runs in it.

Time in which the machine did not run the program is not the program's own, and a machine that is slower
than the reference machine gives more of it: who is graded on a busy or an old machine loses nothing by that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from autograder.model import Limits
from autograder.sandbox.procfs import cpu_seconds, stolen_seconds, waits_of

IDLE = 0.1  # share of a processor below which a program only waits
SLOWER = 1.5  # times the reference machine's time, from which on it is told
PATIENCE = 20.0  # times its limit that a request may take in all ...
GRACE = 60.0  # ... and this many seconds more
TICK = 0.25
WAITED = "it was waiting, not computing"


class Expired(Exception):  # noqa: N818  # what became of a request
    """Its time is over. kind: as of ``model.Crash``; what: how long it took; why: what a reader has to know of that."""

    def __init__(self, kind: str, what: str, why: str = "") -> None:
        super().__init__(what)
        self.kind, self.what, self.why = kind, what, why

    def told(self, place: str = "") -> str:
        """The sentence for the student. place: where the program was, with the preposition."""
        return f"{self.what}{place}{self.why}"


class Budget:
    """The limits of one request, from now on.

    pid: the process that answers it. slowness: how many times longer than on the reference machine the
    same work takes on this one. again: measures that anew; asked once, before a limit is enforced.
    patience, grace: the bound of the time on the clock, in times the limit and in seconds.
    """

    def __init__(
        self,
        limits: Limits,
        pid: int,
        slowness: float = 1.0,
        *,
        again: Callable[[], float] | None = None,
        patience: float = PATIENCE,
        grace: float = GRACE,
    ) -> None:
        self._limits, self._pid, self._slowness, self._again = limits, pid, slowness, again
        self._patience, self._grace = patience, grace
        self._start, self._before = time.monotonic(), self._clock()
        self._waits: dict[str, float] | None = None
        self._stolen = self._lost = 0.0
        self.seen = 0.0  # CPU seconds, when they were last looked at

    @property
    def cpu(self) -> float:
        """CPU seconds of all its threads since the start."""
        self.seen = max(self.seen, self._clock() - self._before)
        return self.seen

    def slice(self) -> float:
        """How long to wait before looking again."""
        left = self._start + self._limits.seconds * self._slowness - time.monotonic()
        return min(max(left, 0.01), TICK)

    def computed(self) -> None:
        """Raise Expired where it has computed for longer than it may."""
        if self.cpu > self._limits.cpu * self._slowness and self.cpu > self._limits.cpu * self._measured():
            raise Expired("deadline", f"stopped after {self._limits.cpu:g} s of computing", self._why(self._limits.cpu))

    def check(self) -> None:
        """Raise Expired where a limit is reached. To be asked while nothing comes back."""
        self.computed()
        own = self.own()
        seconds = self._limits.seconds
        if own > seconds * self._slowness and own > seconds * self._measured():
            raise Expired("deadline", f"stopped after {seconds:g} s", self._why(seconds))
        self.bounded()

    def bounded(self) -> None:
        """Raise Expired where nobody could be waited for any longer, whatever the reason."""
        self.computed()
        wall = time.monotonic() - self._start
        if wall > self._patience * self._limits.seconds * self._slowness + self._grace:
            self._give_up(wall)

    def own(self) -> float:
        """Seconds that went by, without those in which it was ready to run and the machine did not let it."""
        wall, cpu = time.monotonic() - self._start, self.cpu
        waits = waits_of(self._pid)
        if self._waits is None:  # not before it takes longer than a moment: most requests do not
            self._waits, self._stolen = waits, stolen_seconds()
        if self._waits:
            queued = max((waited - self._waits.get(thread, 0.0) for thread, waited in waits.items()), default=0.0)
            self._lost = max(self._lost, queued + stolen_seconds() - self._stolen)
            return max(wall - self._lost, min(cpu, wall))
        return wall if cpu < IDLE * wall else min(cpu, wall)  # nobody says how long it waited for a processor

    def _clock(self) -> float:
        return time.process_time() if self._pid == os.getpid() else cpu_seconds(self._pid)

    def _measured(self) -> float:
        """The slowness, looked at once more: it may have become slower since."""
        if self._again is not None:
            again, self._again = self._again, None
            self._slowness = max(self._slowness, again())
        return self._slowness

    def _give_up(self, wall: float) -> None:
        if self._waits and self.own() <= self._limits.seconds * self._slowness:
            why = f"this machine was too busy: in {wall:.0f} s the program got {self.cpu:.1f} s of computing"
            raise Expired("engine", f"{why}; grade it again where less runs beside it")
        raise Expired("deadline", f"stopped after {wall:.0f} s")

    def _why(self, limit: float) -> str:
        wall, own = time.monotonic() - self._start, self.own()
        why = ""
        if self.cpu < IDLE * own:
            why += f"; {WAITED}"
        if self._slowness > SLOWER:
            stretched = f"{limit * self._slowness:.3g} s"
            why += f"; this machine is slower than the one that the limit is meant for, so it got {stretched}"
        if wall > 2 * own and wall - own > 2:
            why += f"; this machine was busy with other work, so {wall:.0f} s went by"
        return why
