"""Host: the sandbox's seam with processes. The grader's side: nothing here believes what a child says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import IsolationError, SandboxError
from autograder.model import Crash, Limits, Observation, Reply, Submission
from autograder.sandbox import transfer
from autograder.sandbox.coming import Coming
from autograder.sandbox.keeper import Keeper, Killed
from autograder.sandbox.perform import case_values
from autograder.sandbox.request import Request
from autograder.sandbox.skipping import Skipping
from autograder.sandbox.started import Started
from autograder.sandbox.ward import Stopped, Ward
from autograder.sandbox.wire import WireError

MEMORY = 2**30  # bytes that one child may use beyond what the zygote has
RECYCLE = 200  # submissions that one zygote serves
MOST_CHILDREN = 3  # of one submission: as it is, and with stand-ins
LOADS = 4  # tries, each without what hung or died before
ALL = Limits(600.0, 600.0)  # of loading a notebook of which everything is run
CELL = 60.0  # CPU seconds of one of its cells
MOST_TAKEN = 256 * 2**20  # bytes of all replies of one submission, which stay in memory while it is judged
TOO_MUCH = f"all that your code gave back is more than {MOST_TAKEN // 2**20} MiB: far more than the task needs"
# what needs torch._dynamo, which takes a second
_COMPILED = re.compile(
    r"\b(?:_dynamo|functorch)\b|\btorch\b.*\b(?:compile|compiler|export|func|profiler|nested|utils\b.*\bcheckpoint)\b"
)
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+(pandas|matplotlib|seaborn|sklearn|scipy|PIL|tqdm)\b", re.MULTILINE)


class ZygoteSandbox:
    """One worker's sandbox: a zygote that forks a child for each submission, one submission at a time.

    probes: the assignment's ``probes`` package (or a ``probes.py``). stand_ins: its file of stand-ins.
    level: "full" (namespaces, Landlock, seccomp, limits), "reduced" (without namespaces) or "none" (limits only).
    stubs: module name of each stub -> the names that it defines.
    load: limits of loading a submission's files. memory: bytes that a child may use.
    begun: gives a process that was begun before, if there is one.

    Entering it raises IsolationError, with the mend, where the level cannot be had.
    """

    def __init__(
        self,
        probes: Path,
        level: str = "full",
        *,
        stubs: Mapping[str, Sequence[str]] | None = None,
        stand_ins: Path | None = None,
        load: Limits = Limits(10.0, 10.0),  # noqa: B008  # frozen
        memory: int = MEMORY,
        recycle: int = RECYCLE,
        begun: Callable[[], Started | None] = lambda: None,
    ) -> None:
        self.probes, self.stand_ins, self.level = probes, stand_ins, level
        self.stubs = {name: list(names) for name, names in (stubs or {}).items()}
        self.load, self.memory = load, memory
        self.calibration = 0.0
        self._recycle, self._begun = recycle, begun
        self._served = 0
        self._keeper: Keeper | None = None
        self._session: ZygoteSession | None = None

    def open(self, submission: Submission) -> ZygoteSession:
        """Load a submission; the session before it is closed. Nothing that the submission does raises here."""
        self._leave()
        if self._served >= self._recycle:
            self.stop()
        self._served += 1
        self._session = ZygoteSession(self, submission)
        return self._session

    def keeper(self) -> Keeper:
        """The running zygote, started if need be. Raises IsolationError."""
        if self._keeper is None:
            self._keeper = self._begin()
            self._served = 0
            self.calibration = self._keeper.calibration
        return self._keeper

    def _begin(self) -> Keeper:
        if begun := self._begun():
            with suppress(SandboxError, IsolationError):  # anew then, which says what is wrong
                return self._keep(begun)
        try:
            return self._keep()
        except Killed:  # from outside: by somebody, or because the machine ran out of memory
            return self._keep()

    def _keep(self, started: Started | None = None) -> Keeper:
        return Keeper(self.probes, self.level, self.stand_ins, started=started)

    def stop(self) -> None:
        """End the zygote; the next request starts another."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def _leave(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.close()

    def __enter__(self) -> Self:
        self.keeper()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._leave()
        finally:
            self.stop()


def _wants(sources: Iterable[str]) -> set[str]:
    """Libraries that this code imports, sooner or later, and the compiler where it uses that."""
    found = set()
    for source in sources:
        found.update(_IMPORT.findall(source))
        if _COMPILED.search(source):
            found.add("torch._dynamo")
    return found


class ZygoteSession:
    """One submission. A request that crashes or hangs costs its child; the next one gets a fresh child.

    Where the zygote fails, or a child is killed, perhaps by somebody else or because the machine ran out of memory,
    the same is asked once more.
    """

    def __init__(self, sandbox: ZygoteSandbox, submission: Submission) -> None:
        self._sandbox = sandbox
        self._files = Skipping(transfer.files_of(submission))
        # Everything is run in the first child only: trained once, not again with each stand-in.
        self._everything = self._files if submission.notebook_run == "all" else None
        if self._everything is not None:
            self._files = self._everything.definitions()
        self._seed = transfer.seed_of(submission)
        self._wants = _wants(unit.source for file in submission.files for unit in file.units)
        self._stops: list[dict[str, Any]] = []  # failures of loading that only this side saw
        self._wards: dict[tuple[str, ...], Ward] = {}
        self._closed = False
        self._odd = False
        self._killed = False  # whether the last exchange ended by SIGKILL, and not by ours
        self._coming = Coming()
        self._taken = 0  # bytes of its replies
        self._loaded = self._try(())

    @property
    def loaded(self) -> Reply:
        """What loading the files gave: ``defined`` and ``failures``; with what was printed."""
        return self._loaded

    def ahead(self, requests: Sequence[Request]) -> None:
        """Have these answered together when the first of them is asked for."""
        self._coming.expect(request for request in requests if not self._unknown(request.probe, ()))

    def ask(self, request: Request) -> Reply:
        """Run one request. A fault of ours is a Crash of kind "engine"."""
        if self._closed:
            return Crash("engine", "the session is closed")
        if (known := self._coming.answered(request)) is not None:
            return known
        if self._taken > MOST_TAKEN:
            return Crash("limit", TOO_MUCH)
        names = tuple(sorted(request.stand_ins))
        if fault := self._unknown(request.probe, names):
            return Crash("engine", fault)
        for again in (True, False):
            try:
                reply = self._asked(names, request)
            except WireError as error:
                return Crash("engine", f"the request cannot be sent: {error}")
            except (SandboxError, OSError) as error:
                self._abandon()
                reply = Crash("engine", f"the sandbox failed: {error}")
            else:
                again = again and self._killed
            if not again:
                break
        return reply

    def _asked(self, names: tuple[str, ...], request: Request) -> Reply:
        ward = self._wards.get(names)
        if ward is None:
            reply = self._try(names)
            ward = self._wards.get(names)
            if ward is None:
                return reply
        self._wards[names] = self._wards.pop(names)  # the last used comes last
        together = self._coming.with_it(request)
        asked = [(case_values(one.probe, one.case), one.limits) for one in together]
        return self._coming.keep(together, self._exchange(names, ward, asked))

    def _unknown(self, probe: str, names: tuple[str, ...]) -> str:
        """What the assignment asks for and its probes do not have: our fault, found on our side."""
        try:
            keeper = self._sandbox.keeper()
        except (SandboxError, OSError):
            return ""  # said, and mended, where the child is made
        for name in names:
            if name not in keeper.stand_ins:
                return f"the probes have no stand-in {name!r}"
        return "" if probe in keeper.probes else f"no probe {probe!r}; there are {', '.join(sorted(keeper.probes))}"

    def close(self) -> None:
        """End the children and empty the folder that they wrote to.

        A zygote is not trusted further after a submission that spoke out of turn, or where it is not
        as it was before.
        """
        if self._closed:
            return
        self._closed = True
        try:
            for ward in self._wards.values():
                ward.close()
            self._wards.clear()
            if self._sandbox._keeper is not None:
                self._sandbox.keeper().clean()
                if self._odd or not self._sandbox.keeper().sound():
                    self._abandon()
        except (SandboxError, OSError):
            self._abandon()

    def _exchange(
        self, names: tuple[str, ...], ward: Ward, asked: Sequence[tuple[Mapping[str, Any], Limits]]
    ) -> list[Reply]:
        """What comes back to messages that are sent together: one reply at least, up to the child's end."""
        self._killed = False
        came: list[Callable[[], Reply]] = []
        end: Crash | None = None
        try:
            count = ward.send([message for message, _ in asked], asked[0][1])
            for _, limits in asked[:count]:
                frame = ward.receive(limits)
                self._taken += len(frame)
                if self._taken > MOST_TAKEN:
                    raise Stopped("limit", TOO_MUCH)
                output, left = ward.printed()
                read = partial(transfer.reply_of, frame, number=ward.number, seconds=ward.seconds)
                came.append(partial(read, output=output, truncated=left))  # later: the child goes on meanwhile
        except Stopped as stop:
            self._odd |= stop.kind == "protocol"
            output, left = ward.printed(stopped=True)
            self._drop(names)
            if not stop.killed or not came:  # else it is asked again, and by itself
                self._killed = stop.killed
                end = Crash(stop.kind, stop.message, "", stop.frames, ward.seconds, output, left)
        replies: list[Reply] = []
        for answer in came:
            replies.append(reply := answer())
            if isinstance(reply, Crash) and reply.kind == "protocol":
                self._odd = True
                self._drop(names)
                return replies
        return replies if end is None else [*replies, end]

    def _try(self, names: tuple[str, ...]) -> Reply:
        """A child with these stand-ins, loaded; where the zygote fails, once more with another."""
        for again in (True, False):
            try:
                return self._load(names)
            except WireError as error:
                return Crash("limit", f"the files are too large to be run: {error}")
            except (SandboxError, OSError) as error:
                self._abandon()
                if not again:
                    return Crash("engine", f"the sandbox failed: {error}")
        raise AssertionError  # the loop returns

    def _load(self, names: tuple[str, ...]) -> Reply:
        keeper = self._sandbox.keeper()
        keeper.preload(self._wants)
        while len(self._wards) >= MOST_CHILDREN:
            self._drop(next(iter(self._wards)))
        if self._everything is None:
            return self._loaded_once(names, self._files, self._sandbox.load, 0.0)
        everything, self._everything = self._everything, None
        reply = self._loaded_once(names, everything, ALL, CELL)
        if isinstance(reply, Observation) or reply.kind in ("protocol", "engine"):
            return reply
        text = f"not every cell could be run ({reply.message}), so only definitions were"
        self._stops.append({**transfer.failure_of({}), "kind": reply.kind, "message": text})
        return self._loaded_once(names, self._files, self._sandbox.load, 0.0)

    def _loaded_once(self, names: tuple[str, ...], files: Skipping, limits: Limits, cell: float) -> Reply:
        """Up to four tries. cell: CPU seconds of one cell, 0 for no bound of its own."""
        reply: Reply = Crash("engine", "not loaded")
        tries, spared = LOADS, False
        while tries:
            tries -= 1
            ward = self._wards[names] = Ward(self._sandbox.keeper(), self._sandbox.memory, files.files, names)
            message = {**files.told, "stubs": self._sandbox.stubs, "cell": cell, "seed": self._seed}
            message |= {"slowness": self._sandbox.keeper().slowness}
            [answer] = self._exchange(names, ward, [(message, limits)])
            reply = transfer.load_reply(answer)
            if isinstance(reply, Observation):
                reply.values["failures"][:0] = self._stops
                return reply
            self._drop(names)
            if self._killed and not spared:
                tries, spared = tries + 1, True
                continue
            if reply.kind in ("protocol", "engine") or not self._leave_out(files, *ward.reached, reply):
                break
        return reply

    def _leave_out(self, files: Skipping, number: int, unit: int, crash: Crash) -> bool:
        failure = files.leave_out(number, unit, crash)
        self._stops += [failure] if failure else []
        return failure is not None

    def _drop(self, names: tuple[str, ...]) -> None:
        ward = self._wards.pop(names, None)
        if ward is not None:
            ward.close()

    def _abandon(self) -> None:
        """The zygote is in an unknown state: end it, and with it all children."""
        wards, self._wards = list(self._wards.values()), {}
        self._sandbox.stop()
        for ward in wards:
            ward.forget()
