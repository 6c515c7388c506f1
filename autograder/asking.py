"""Asking: one submission's session and the reference's, with what they have already answered.

Requests go out by way (own pieces, stand-ins); maps of weights are found once for each way and size.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.aligning import remarks
from autograder.aligning.alignment import align, beginning
from autograder.aligning.roles import Alignment
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.causes import Causes, causes, lost_names
from autograder.exercise import Check, Exercise
from autograder.model import Crash, Observation, Reply, Submission
from autograder.sandbox.request import Request, Session, foretell
from autograder.seeds import Seeds


@dataclass
class ReferenceSide:
    """The reference's session with what it has already answered: the same for a whole class."""

    session: Session
    replies: dict[str, Reply] = field(default_factory=dict)
    alignments: dict[tuple[Any, ...], Alignment | Crash] = field(default_factory=dict)
    roles: dict[tuple[Any, ...], tuple[Alignment, Reply]] = field(default_factory=dict)
    requests: dict[tuple[Any, ...], tuple[Check, Case, Request]] = field(default_factory=dict)
    foreseen: dict[tuple[Any, ...], list[Request]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def ask(self, request: Request) -> Reply:
        """Answer from memory where the same request was answered before."""
        key = request.digest
        with self.lock:  # the reference runs in this process, where torch's defaults are shared
            if key not in self.replies:
                self.replies[key] = self.session.ask(request)
            return self.replies[key]

    def at_roles(self, request: Request, canonical: np.ndarray, aligned: Callable[[], Alignment | Crash]) -> Reply:
        """What it gives at canonical weights, its gradients by role: nothing of how it is written is left in it."""
        found = aligned()
        if isinstance(found, Crash) or not found.complete:
            return Crash("engine", f"it could not be aligned: {found}")
        key = (request.digest, canonical.tobytes(), id(found))
        if key not in self.roles:
            arrays = {**request.case.arrays, **found.write(canonical)}
            reply = self.ask(replace(request, case=request.case.replace(arrays=arrays)))
            if isinstance(reply, Observation):
                values = {k: v for k, v in by_role(reply.values, found).items() if k != "parameters"}
                reply = replace(reply, values=values)
            self.roles[key] = found, reply  # the map is held, so that no other gets its id
        return self.roles[key][1]

    def request(
        self, seeds: Seeds, exercise: Exercise, check: Check, way: tuple[str, ...], turn: int, number: int
    ) -> tuple[Case, Request]:
        """A check's case as it was drawn, and what is asked on it: the same objects for a whole class."""
        key = (seeds, exercise.id, id(check), way, turn, number)
        if key not in self.requests:
            drawn = seeds.case(check.cases[number], exercise.id, check.probe, turn)
            request = Request(check.probe, seeds.prepared(check, drawn), way, check.limits)
            self.requests[key] = check, drawn, request  # the check is held, so that no other gets its id
        return self.requests[key][1:]


@dataclass
class RecordedSide(ReferenceSide):
    """The reference as a public key has it: its session is a replay, and it has no weights to align."""

    def at_roles(self, request: Request, canonical: np.ndarray, aligned: Callable[[], Alignment | Crash]) -> Reply:
        """What was recorded. Raises NotRecorded."""
        return self.ask(role_request(request, canonical))


def role_request(request: Request, canonical: np.ndarray) -> Request:
    """A request at canonical weights in words that hold for every way to write a module: the weights by role."""
    return replace(request, case=request.case.replace(arrays={**request.case.arrays, "canonical": canonical}))


def by_role(values: Mapping[str, Any], alignment: Alignment) -> dict[str, Any]:
    """Gradients of parameters become gradients of roles, so that both sides speak of the same."""
    kept = {name: value for name, value in values.items() if not name.startswith("grad:")}
    named = {name.removeprefix("grad:"): value for name, value in values.items() if name.startswith("grad:")}
    gradients: dict[str, np.ndarray] = {}
    for parameter in alignment.parameters:
        value = named.get(str(parameter["name"]))
        good = isinstance(value, np.ndarray) and value.size == parameter["count"] and value.dtype.kind == "f"
        gradients[str(parameter["name"])] = value if good and value is not None else np.full(parameter["count"], np.nan)
    return kept | {f"grad:{role}": value for role, value in alignment.read(gradients).items()}


@dataclass
class Asking:
    """The student's side and the reference's."""

    assignment: Assignment
    submission: Submission
    session: Session
    reference: ReferenceSide
    seeds: Seeds
    student_seconds: float = 0.0
    _replies: dict[str, Reply] = field(default_factory=dict)
    _alignments: dict[tuple[Any, ...], Alignment | Crash] = field(default_factory=dict)
    _notes: dict[int, tuple[Alignment, list[str]]] = field(default_factory=dict)
    _causes: tuple[Reply, Causes] | None = None

    def foresee(self, exercises: Sequence[Exercise]) -> None:
        """Tell the student's side what these exercises will ask of its own pieces, whatever it answers."""
        key = (self.seeds, *(exercise.id for exercise in exercises))
        if key not in self.reference.foreseen:
            found = [request for exercise in exercises for request in self._certain(exercise)]
            self.reference.foreseen[key] = found
        foretell(self.session, self.reference.foreseen[key])

    def _certain(self, exercise: Exercise) -> Iterator[Request]:
        with suppress(Exception):  # a case that cannot be made: told where its check is judged
            for check in exercise.checks:
                if check.ways[0] != ():
                    continue
                for number in range(len(check.cases)):
                    request = self.reference.request(self.seeds, exercise, check, (), 0, number)[1]
                    if not check.aligned:
                        yield request
                    elif number == 0:
                        yield self._beginning(exercise, request.case)

    def _beginning(self, exercise: Exercise, case: Case) -> Request:
        """What the search for a map of the weights begins with."""
        assert exercise.align is not None  # validated at registration
        probe, given = beginning(exercise.align.subject, self._at(exercise, case))
        return Request(probe, given, (), exercise.limits)

    def _at(self, exercise: Exercise, case: Case) -> Case:
        """The case of the experiment with weights, at a case's sizes."""
        spec = exercise.align
        assert spec is not None  # validated at registration
        template = Case(id=f"align-{spec.subject}", sizes={**case.sizes, **spec.sizes})
        return self.seeds.seeded(template, exercise.id, "align")

    @property
    def found_alignments(self) -> Mapping[tuple[Any, ...], Alignment | Crash]:
        """The maps of the student's weights that were looked for."""
        return self._alignments

    @property
    def lost(self) -> Mapping[str, str]:
        """Wanted names that no file could give, with the reason."""
        return lost_names(self.submission, self.session.loaded)

    @property
    def broken(self) -> Causes:
        """What could not be loaded and what was not run, with the reason."""
        loaded = self.session.loaded
        if self._causes is None or self._causes[0] is not loaded:
            self._causes = loaded, causes(self.submission, loaded)
        return self._causes[1]

    def ask(self, request: Request) -> Reply:
        """Ask the student's side; the same request is never run twice."""
        key = request.digest
        if key not in self._replies:
            self._replies[key] = self.session.ask(request)
            self.student_seconds += self._replies[key].seconds
        return self._replies[key]

    def alignment(self, exercise: Exercise, case: Case, way: tuple[str, ...]) -> Alignment | Crash:
        """Which of the student's weights play which roles, at this case's sizes."""

        def ask(probe: str, given: Case) -> Reply:
            return self.ask(Request(probe, given, way, exercise.limits))

        return self._aligned(exercise, case, ask, self._alignments, way)

    def notes_of(self, mine: Alignment) -> list[str]:
        """Accepted differences of a map of the student's, which several checks pass through."""
        key = id(mine)
        if key not in self._notes:
            self._notes[key] = mine, remarks.notes(mine)  # the map is held, so that no other gets its id
        return self._notes[key][1]

    def reference_alignment(self, exercise: Exercise, case: Case) -> Alignment | Crash:
        """The same for the reference, once for a whole class."""

        def ask(probe: str, given: Case) -> Reply:
            return self.reference.ask(Request(probe, given, limits=exercise.limits))

        return self._aligned(exercise, case, ask, self.reference.alignments, ())

    def _aligned(
        self,
        exercise: Exercise,
        case: Case,
        ask: Any,
        known: dict[tuple[Any, ...], Alignment | Crash],
        way: tuple[str, ...],
    ) -> Alignment | Crash:
        spec = exercise.align
        assert spec is not None  # validated at registration
        family = self.assignment.families[spec.families[0]]
        sizes = {**case.sizes, **spec.sizes}
        key = (spec.subject, family.name, tuple(sorted(sizes.items())), way)
        if key not in known:
            given = self._at(exercise, case)

            def own() -> list[Alignment]:
                return self._own_cells(spec.cell, family, given, ask) if spec.cell else []

            known[key] = align(ask, self.assignment.subjects[spec.subject], spec.subject, family, given, own)
        return known[key]

    def own_cells(self, exercise: Exercise, case: Case) -> list[Alignment]:
        """Alignments of the student's own cell at the sizes of a network's slots."""
        spec = exercise.align
        if spec is None or spec.cell is None:
            return []

        def ask(probe: str, given: Case) -> Reply:
            return self.ask(Request(probe, given, limits=exercise.limits))

        return self._own_cells(spec.cell, self.assignment.families[spec.families[0]], case, ask)

    def _own_cells(self, cell: tuple[str, str], family: Any, case: Case, ask: Any) -> list[Alignment]:
        subject, name = cell
        hidden = case.sizes.get("hidden_size", case.sizes.get("hidden_dim", 1))
        found = []
        for inputs in dict.fromkeys(family.slots(case.sizes).values()):
            sizes = {"batch": 3, "input_size": inputs, "hidden_size": hidden}
            given = case.replace(id=f"align-{subject}", sizes=sizes)
            result = align(ask, self.assignment.subjects[subject], subject, self.assignment.families[name], given)
            if isinstance(result, Alignment):
                found.append(result)
        return found

    def others(self, exercise: Exercise, case: Case, way: tuple[str, ...]) -> str:
        """What the student built instead, if it is a family that is known and not asked for."""
        spec = exercise.align
        assert spec is not None  # only aligned checks ask
        given = self._at(exercise, case)
        for name in spec.families[1:]:
            family = self.assignment.families[name]
            found = align(
                lambda probe, c: self.ask(Request(probe, c, way, exercise.limits)),
                self.assignment.subjects[spec.subject],
                spec.subject,
                family,
                given,
            )
            if isinstance(found, Alignment) and found.complete:
                return f"this is {family.title}: {family.remark}"
        return ""
