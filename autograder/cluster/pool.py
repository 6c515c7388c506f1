"""Pool: a batch on a Dask cluster. Pieces go to workers one by one; this process alone reads and writes the books.

entries ─ longest first ─▶ ledger.take ─▶ a worker that has proved itself ─▶ ledger.keep ─▶ Done
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import pipeline
from autograder.cluster import proof, remote
from autograder.cluster.parcel import Parcel, pack
from autograder.cluster.reach import Heard, Reach
from autograder.errors import ClusterError
from autograder.gradebook import history
from autograder.gradebook.documents import pack_submission, unpack_grade
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.ledger import Done, Entry, Ledger, Task
from autograder.model import Grade
from autograder.pipeline import Course, Graded
from autograder.queueing import longest_first
from autograder.shown import ShownNotebook

AHEAD = 2  # submissions at a worker: one that it grades, and the next
TRIES = 2  # of a submission whose worker died
FALLEN = 5  # workers in a row that died while they got ready
LOOK = 1.0  # seconds between two looks at who is there
PATIENCE = 300.0  # seconds without any worker


@dataclass
class _Member:
    """One worker of the cluster, as this side sees it."""

    address: str
    ready: bool = False  # it has proved itself, and is not at another proof
    held: dict[int, tuple[Task, str]] = field(default_factory=dict)  # number -> what it is, and the piece's name
    unsure: dict[int, Done] = field(default_factory=dict)  # grades since its last proof
    asked: str = ""  # the name of what it was asked besides


About = tuple[_Member, int | None]  # a worker, and a submission's number; none for a post or a proof


def run(
    entries: Sequence[Entry],
    course: Course,
    book: Gradebook,
    folders: Mapping[str, Path],
    write: Callable[[Grade, Path, Sequence[ShownNotebook]], None],
    *,
    cluster: str,
    level: str,
    back: Handback | None = None,
    started: Callable[[str], None] = lambda student: None,
    finished: Callable[[Done], None] = lambda done: None,
    say: Callable[[str], None] = lambda sentence: None,
    every: int = 50,
    patience: float = PATIENCE,
) -> list[Done]:
    """Grade every entry on the cluster at that address, as ``batch.run`` does on this machine.

    A worker is used once it has the same versions and the same code, and computes what this machine computes; that is
    asked again after each ``every`` submissions and after its last. Where the answer is another, its grades since the
    last time are taken back and others grade them. ``say`` is told which workers are not used, and why.

    A worker that dies costs a try of the submission that it had; where two die over one, all its checks are void.
    Where everything has been graded by an earlier run, no scheduler is needed.
    Raises ClusterError where no worker can be used, or where none is there for ``patience`` seconds.
    """
    ledger = Ledger(course.assignment, course.seeds, book, folders, write, level, back or Handback())
    ledger.prepare()
    order = deque(longest_first(entries, history.seconds(book, course.assignment.id)))
    results: dict[int, Done] = {}
    while order and (found := ledger.found(ledger.take(entries[order[0]]))) is not None:  # nobody is needed for those
        results[order.popleft()] = found
        finished(found)
    if order:
        with Reach[About](cluster) as reach:
            pool = _Pool(entries, course, ledger, reach, order, results, started, finished, say, every, patience)
            try:
                pool.work()
            finally:
                pool.leave()
    return [results[index] for index in sorted(results)]


class _Pool:
    """The batch at work."""

    def __init__(
        self,
        entries: Sequence[Entry],
        course: Course,
        ledger: Ledger,
        reach: Reach[About],
        waiting: deque[int],
        results: dict[int, Done],
        started: Callable[[str], None],
        finished: Callable[[Done], None],
        say: Callable[[str], None],
        every: int,
        patience: float,
    ) -> None:
        self._entries, self._course, self._ledger, self._reach = entries, course, ledger, reach
        self._waiting, self._started, self._finished, self._say = waiting, started, finished, say
        self._results = results
        self._every, self._patience = every, patience
        self._numbers = proof.here(course.assignment)
        self._parcel = pack(course.assignment)
        self._wanted = pipeline.versions() | {"assignment": course.assignment.digest}
        self._key = hashlib.sha256("|".join((self._parcel.seal, course.seeds.name, ledger.level)).encode()).hexdigest()
        self._members: dict[str, _Member] = {}
        self._refused: dict[str, tuple[str, str]] = {}  # address -> why, and the mend
        self._tries = Counter[int]()
        self._fallen = 0
        self._failure: BaseException | None = None
        self._looked, self._seen = 0.0, time.monotonic()
        self._connected = True

    def work(self) -> None:
        """Until all is graded and every worker has proved itself after its last submission."""
        while self._waiting or any(one.held or one.unsure for one in self._members.values()):
            if time.monotonic() - self._looked >= LOOK:
                self._look()
            for member in list(self._members.values()):
                self._give(member)
            heard = self._reach.hear(LOOK)
            if heard is not None:
                self._hear(heard)
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """Workers remove what they were sent."""
        try:
            there = self._reach.workers()
        except ClusterError:
            return
        for member in self._members.values():
            for _, key in member.held.values():
                self._reach.forget(key)
        self._reach.bid([one for one in (*self._members, *self._refused) if one in there], remote.leave_post, self._key)

    def _look(self) -> None:
        """Who came, who went."""
        connected = self._reach.connected
        if self._connected and not connected:
            self._say("the scheduler of the cluster does not answer; waiting half a minute for it")
        self._connected = connected
        there = self._reach.workers()
        for gone in [one for one in self._members if one not in there]:
            self._bury(self._members.pop(gone))
        for gone in [one for one in self._refused if one not in there]:
            del self._refused[gone]
        for address in there:
            if address not in self._members and address not in self._refused:
                self._members[address] = _Member(address)
                self._post(self._members[address])
        self._looked = time.monotonic()
        if self._members:
            self._seen = self._looked
        elif self._refused:
            listed = "; ".join(f"{address}: {why}" for address, (why, _) in sorted(self._refused.items()))
            raise ClusterError(
                f"no worker of the cluster can be used: {listed}", mend=next(iter(self._refused.values()))[1]
            )
        elif self._looked - self._seen > self._patience:
            raise ClusterError(
                f"the cluster has had no worker for {self._patience:.0f} s",
                mend="start workers (dask worker ADDRESS --nthreads 1); the same command goes on from what is graded",
            )

    def _post(self, member: _Member) -> None:
        member.ready = False
        sealed = (self._parcel.data, self._parcel.seal)
        assignment, seeds = self._course.assignment, self._course.seeds
        given = (self._key, sealed, assignment.id, seeds.secret, self._ledger.level, self._wanted)
        member.asked = self._reach.send(member.address, (member, None), remote.take_post, *given)

    def _give(self, member: _Member) -> None:
        """The next submissions for a worker, or a proof where it is time for one."""
        if not member.ready:
            return
        due = len(member.unsure) >= self._every
        while self._waiting and not due and len(member.held) < AHEAD:
            self._send(member, self._waiting.popleft())
        if member.unsure and not member.held and (due or not self._waiting):
            member.ready = False
            member.asked = self._reach.send(member.address, (member, None), remote.proved, self._key)

    def _send(self, member: _Member, number: int) -> None:
        task = self._ledger.take(self._entries[number])
        found = self._ledger.found(task)
        if found is not None:
            self._keep(number, found)
            return
        # whose work it is stays here
        parcel = Parcel.of(pack_submission(replace(task.submission, student=_nobody(task))))
        sealed = (parcel.data, parcel.seal)
        key = self._reach.send(member.address, (member, number), remote.graded, self._key, sealed, task.number)
        if not member.held:
            self._started(task.submission.student)
        member.held[number] = (task, key)

    def _hear(self, heard: Heard[About]) -> None:
        member, number = heard.about
        if self._members.get(member.address) is not member:
            return
        if number is None:
            self._at_post(member, heard)
        else:
            self._at_grade(member, number, heard)

    def _at_post(self, member: _Member, heard: Heard[About]) -> None:
        """A worker has taken its post, or has proved itself again."""
        answer = heard.answer
        if answer is None:
            if heard.error is None:
                self._looked = 0.0  # lost: the next look buries it
                self._post(member)
            else:
                why = f"it fails with {type(heard.error).__name__}: {heard.error}"
                self._dismiss(member, why, "install torchgrade[cluster] there, of the same version as here")
            return
        if answer.get("unready"):
            self._post(member)
            return
        why = answer.get("refused", "")
        if not why:
            wrong = proof.difference(self._numbers, answer["proof"])
            if wrong:
                why = (
                    f"it computes otherwise than this machine ({answer['processor']} there, {proof.processor()} here): "
                    f"{wrong}"
                )
        if why:
            self._dismiss(member, f"{answer['host']}: {why}", answer.get("mend") or "leave that machine out")
            return
        member.ready, member.asked = True, ""
        member.unsure.clear()
        self._fallen = 0

    def _at_grade(self, member: _Member, number: int, heard: Heard[About]) -> None:
        task, _ = member.held.pop(number)
        answer = heard.answer
        if heard.error is not None:
            self._failure = self._failure or heard.error  # a fault of ours: the others finish what they hold
            self._waiting.clear()
        elif answer is None or answer.get("unready"):
            self._again(number, task, "it was lost")
            self._release(member)
            self._post(member)
        elif "refused" in answer:
            self._again(number, task, answer["refused"])
            self._dismiss(member, f"{answer['host']}: {answer['refused']}", answer["mend"])
        else:
            student, nobody = task.submission.student, _nobody(task)
            faults = tuple(fault.replace(nobody, student) for fault in answer["faults"])
            grade = replace(unpack_grade(answer["grade"]), student=student)
            done = self._ledger.keep(task, Graded(grade, answer["transcript"], faults))
            if done.record is not None:
                member.unsure[number] = done
            self._keep(number, done)
            for following, _ in member.held.values():
                self._started(following.submission.student)

    def _keep(self, number: int, done: Done) -> None:
        self._results[number] = done
        self._finished(done)

    def _dismiss(self, member: _Member, why: str, mend: str) -> None:
        """A worker that is not used any more. What it graded since it last proved itself is taken back."""
        self._refused[member.address] = (why, mend)
        del self._members[member.address]
        if member.unsure:
            self._ledger.withdraw(member.unsure.values(), f"the worker failed its control: {why}")
        if self._failure is None:
            self._waiting.extendleft(member.unsure)
        for number in member.unsure:
            del self._results[number]
        self._release(member)
        self._say(f"a worker is not used, {member.address}: {why}")
        self._looked = 0.0

    def _bury(self, member: _Member) -> None:
        """A worker is gone. It was at the first of what it held; the others cost nothing."""
        if not member.ready and not member.unsure:
            self._fallen += 1
        if self._fallen >= FALLEN:
            raise ClusterError(
                f"{self._fallen} workers in a row died while they got ready",
                mend="see their logs: each needs about 2 GB of memory, and a sandbox (autograder doctor)",
            )
        self._reach.forget(member.asked)
        for number, (task, key) in list(member.held.items())[:1]:
            self._reach.forget(key)
            del member.held[number]
            self._again(number, task, f"{member.address} is gone")
        self._release(member)

    def _release(self, member: _Member) -> None:
        """What a worker holds goes back."""
        for number, (_, key) in reversed(member.held.items()):
            self._reach.forget(key)
            if self._failure is None:
                self._waiting.appendleft(number)
        member.held.clear()

    def _again(self, number: int, task: Task, how: str) -> None:
        """A submission whose worker was lost over it: once more, or void, by our fault."""
        self._tries[number] += 1
        if self._tries[number] < TRIES:
            if self._failure is None:
                self._waiting.append(number)
            return
        why = f"workers of the cluster were lost over this submission (the last one: {how}); grade it again"
        void = pipeline.void(task.submission, self._course, self._ledger.level, why)
        self._keep(number, self._ledger.keep(task, Graded(void)))


def _nobody(task: Task) -> str:
    """What a worker calls the student."""
    return f"a student ({task.submission.digest[:19]})"
