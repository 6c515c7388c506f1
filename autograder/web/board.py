"""The class as the web app sees it: read once, then only what changed in the gradebook, whoever changed it."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.answers import named
from autograder.gradebook.marking import Given, Marking, State
from autograder.gradebook.store import Gradebook
from autograder.model import Outcome
from autograder.output import Output
from autograder.pseudonyms import scattered
from autograder.web.seat import Seat, light

HELD = 600.0  # seconds for which an answer that somebody has open is not given to others as the next one


@dataclass(frozen=True, slots=True)
class Question:
    """A written exercise and how far its marking is."""

    id: str
    title: str
    todo: int
    marked: int


class Board:
    """All seats of a class. Threads may share it; ``refresh`` before reading."""

    def __init__(self, book: Gradebook, output: Output) -> None:
        self.seats: dict[int, Seat] = {}  # by attempt's id
        self.outcomes: dict[tuple[str, str], Counter[Outcome]] = {}  # by exercise and check, in the assignment's order
        self._book = book
        self._output = output
        self._marking = Marking(book)
        self._secret = book.secret(adopt=output.secret)
        self._state: State | None = None
        self._lock = threading.RLock()
        self._queues: dict[str, list[Seat]] = {}
        self._open: dict[tuple[int, str], tuple[str, str, float]] = {}

    def refresh(self) -> None:
        """Take in what changed: one small query where nothing did."""
        with self._lock:
            state = self._marking.state()
            if state == self._state:
                return
            if self._state is None or state.class_ != self._state.class_:
                self._read_class()
                self._read_marks(self._marking.given(self._output.assignment))
            else:
                last = self._state.marks[0] or 0
                self._read_marks(self._marking.given(self._output.assignment, after=last))
            self._state = state

    def forget(self) -> None:
        """Read everything anew next time."""
        with self._lock:
            self._state = None
            self.seats = {}

    def questions(self) -> list[Question]:
        """The written exercises for which there are answers, in the assignment's order."""
        with self._lock:
            return [_question(exercise, seats) for exercise, seats in self._queues.items()]

    def queue(self, exercise: str) -> list[Seat]:
        """Everybody who answered, in an order of this question's own."""
        with self._lock:
            return list(self._queues.get(exercise, ()))

    def following(self, exercise: str, after: int | None, session: str) -> Seat | None:
        """The next answer to be marked after an attempt, beginning again at the start; held ones come last."""
        seats = self.queue(exercise)
        start = next((n for n, seat in enumerate(seats, 1) if seat.place.attempt == after), 0)
        todo = [
            seat for seat in seats[start:] + seats[:start] if seat.to_mark(exercise) and seat.place.attempt != after
        ]
        return next((s for s in todo if not self.holder(s.place.attempt, exercise, session)), next(iter(todo), None))

    def beside(self, exercise: str, attempt: int) -> tuple[Seat | None, Seat | None]:
        """The answers before and after this one in the queue, marked or not."""
        seats = self.queue(exercise)
        at = next((n for n, seat in enumerate(seats) if seat.place.attempt == attempt), None)
        if at is None:
            return None, None
        return (seats[at - 1] if at else None), (seats[at + 1] if at + 1 < len(seats) else None)

    def hold(self, attempt: int, exercise: str, session: str, who: str) -> None:
        """Note who has this answer open."""
        with self._lock:
            if not self.holder(attempt, exercise, session):
                self._open[(attempt, exercise)] = (session, who, time.monotonic())

    def holder(self, attempt: int, exercise: str, session: str) -> str:
        """Who else has opened this answer lately, if anybody has."""
        holder, who, since = self._open.get((attempt, exercise), ("", "", 0.0))
        return who if holder not in ("", session) and time.monotonic() - since < HELD else ""

    def _read_class(self) -> None:
        places = self._marking.places(self._output.assignment)
        names = named(self._book, self._output)
        known = self.seats
        stale = [p.grade for p in places if p.attempt not in known or known[p.attempt].place.grade != p.grade]
        seats = {}
        for start in range(0, len(stale), 200):
            read = self._marking.documents(stale[start : start + 200])
            seats.update({number: light(document) for number, document in read.items()})
        self.seats = {
            place.attempt: Seat(
                place, seats[place.grade] if place.grade in seats else known[place.attempt].grade, names[place.student]
            )
            for place in places
        }
        self.outcomes = {}
        for seat in self.seats.values():
            self._tally(seat, 1)
        queues: defaultdict[str, list[Seat]] = defaultdict(list)
        for seat in self.seats.values():
            for exercise in seat.grade.exercises:
                if seat.question(exercise.id) is not None:
                    queues[exercise.id].append(seat)
        for exercise_id, queue in queues.items():
            places_in = {s.place.attempt: scattered(self._secret, exercise_id, s.place.student) for s in queue}
            queue.sort(key=lambda s, places_in=places_in: places_in[s.place.attempt])  # type: ignore[misc]
        order = dict.fromkeys(e.id for seat in self.seats.values() for e in seat.grade.exercises)
        self._queues = {exercise_id: queues[exercise_id] for exercise_id in order if exercise_id in queues}

    def _read_marks(self, given: Iterable[Given]) -> None:
        changed: dict[int, Seat] = {}
        for one in given:
            seat = self.seats.get(one.attempt)
            if seat is not None:
                seat.given[(one.mark.exercise, one.mark.check)] = one
                changed[one.attempt] = seat
        for seat in changed.values():
            self._tally(seat, -1)
            seat.count()
            self._tally(seat, 1)

    def _tally(self, seat: Seat, by: int) -> None:
        for exercise in seat.shown.exercises:
            for finding in exercise.checks:
                self.outcomes.setdefault((exercise.id, finding.id), Counter())[finding.outcome] += by


def _question(exercise: str, seats: list[Seat]) -> Question:
    todo = sum(seat.to_mark(exercise) for seat in seats)
    title = next((e.title for e in seats[0].grade.exercises if e.id == exercise), exercise)
    return Question(exercise, title, todo, len(seats) - todo)
