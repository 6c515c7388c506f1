"""The class as the web app sees it: read once, then only what changed in the gradebook, whoever changed it."""

from __future__ import annotations

import gc
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.gradebook.counting import Terms, counting, terms
from autograder.gradebook.marking import Given, Marking, State
from autograder.gradebook.store import Gradebook
from autograder.marking.answers import last_given, named
from autograder.model import Grade, Outcome
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
        self._held: Terms | None = None
        self._lock = threading.RLock()
        self._queues: dict[str, list[Seat]] = {}
        self._places: dict[tuple[str, str], bytes] = {}  # in the order of an exercise's queue, by exercise and student
        self._names: dict[str, str] = {}
        self._open: dict[tuple[int, str], tuple[str, str, float]] = {}

    def refresh(self) -> None:
        """Take in what changed: one small query where nothing did."""
        with self._lock:
            state = self._marking.state()
            held = terms(self._book, self._output.assignment)
            if state == self._state and held == self._held:
                return
            if self._state is None or state.class_ != self._state.class_ or held != self._held:
                self._read_class(held)
                self._read_marks(self._marking.given(self._output.assignment))
            else:
                last = self._state.marks[0] or 0
                self._read_marks(self._marking.given(self._output.assignment, after=last))
            if self._state is None:
                gc.collect()
                gc.freeze()  # a whole class is looked through by no collection: that would hold a page up
            self._state, self._held = state, held

    def doubt(self) -> None:
        """Look next time at everybody's present grade again: one of them was withdrawn, or is being replaced."""
        with self._lock:
            self._state = None

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

    def _read_class(self, held: Terms) -> None:
        late = {one.id: held.late(one) for one in counting(self._book, self._output.assignment, held)}
        places = self._marking.places(self._output.assignment)
        if any(place.student not in self._names for place in places):
            self._names = named(self._book, self._output)
        before, self.seats = self.seats, {}
        stale = [p for p in places if p.attempt not in before or before[p.attempt].place.grade != p.grade]
        grades: dict[int, Grade] = {}
        for start in range(0, len(stale), 200):
            read = self._marking.documents(place.grade for place in stale[start : start + 200])
            grades.update({number: light(document) for number, document in read.items()})
        for place in places:
            old = before.pop(place.attempt, None)
            if old is not None and place.grade not in grades and old.late == late.get(place.attempt):
                self.seats[place.attempt] = old
                continue
            if old is not None:
                self._tally(old, -1)
            given = old.given if old is not None else {}
            grade = grades[place.grade] if old is None or place.grade in grades else old.grade
            seat = Seat(place, grade, self._names[place.student], late.get(place.attempt), given)
            self._tally(seat, 1)
            self.seats[place.attempt] = seat
        for gone in before.values():
            self._tally(gone, -1)
        self._order()

    def _order(self) -> None:
        queues: defaultdict[str, list[tuple[bytes, Seat]]] = defaultdict(list)
        for seat in self.seats.values():
            for exercise in seat.written:
                key = (exercise, seat.place.student)
                if (place := self._places.get(key)) is None:
                    place = self._places[key] = scattered(self._secret, *key)
                queues[exercise].append((place, seat))
        lists = dict.fromkeys(seat.exercises for seat in self.seats.values())
        order = dict.fromkeys(exercise for exercises in lists for exercise in exercises)
        self._queues = {
            exercise: [seat for _, seat in sorted(queues[exercise], key=lambda one: one[0])]
            for exercise in order
            if exercise in queues
        }

    def _read_marks(self, given: Iterable[Given]) -> None:
        changed: dict[int, Seat] = {}
        for one in last_given(given).values():
            seat = self.seats.get(one.attempt)
            what = (one.mark.exercise, one.mark.check)
            if seat is not None and (what not in seat.given or seat.given[what].id != one.id):
                seat.given[what] = one
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
