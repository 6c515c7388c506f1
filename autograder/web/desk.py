"""What the pages work with: the gradebook, the class in memory, the rubrics; and the one way to give a mark."""

from __future__ import annotations

import threading

from autograder.assignment import Assignment
from autograder.gradebook.marking import Clash, Marking, Wish
from autograder.gradebook.standing import Standing, standing
from autograder.gradebook.store import Gradebook
from autograder.marking.afterwards import rewrite
from autograder.output import Output
from autograder.rubric import Rubric
from autograder.web.board import Board
from autograder.web.seat import Seat


class Desk:
    """One output folder that is being marked. Threads may share it."""

    def __init__(self, book: Gradebook, output: Output, assignment: Assignment) -> None:
        self.book = book
        self.output = output
        self.title = assignment.title
        self.marking = Marking(book)
        self.board = Board(book, output)
        self.marked = False  # whether anything was given since the class's files were written
        self._rubrics = {exercise.id: exercise.rubric for exercise in assignment.exercises if exercise.written}
        self._writing = threading.Lock()

    def rubric(self, exercise: str, possible: int) -> Rubric:
        """The rubric of an exercise, for an answer that is worth so many points."""
        return self._rubrics.get(exercise, Rubric()).fitting(possible)

    def seat(self, attempt: int) -> Seat | None:
        """The seat of a present attempt, up to date."""
        self.board.refresh()
        return self.board.seats.get(attempt)

    def standing(self, seat: Seat) -> Standing | None:
        """The whole grade of a seat, read from the gradebook."""
        attempts = self.book.attempts(self.output.assignment, seat.place.student)
        attempt = next((one for one in attempts if one.id == seat.place.attempt), None)
        found = standing(self.book, attempt) if attempt is not None else None
        if found is None or found.record.id != seat.place.grade:
            self.board.doubt()  # withdrawn, or graded again in this moment
            self.board.refresh()
        return found

    def give(self, wish: Wish) -> tuple[tuple[Clash, ...], str]:
        """Give a mark and write what it changes. The clashes, else what could not be written (mostly nothing)."""
        clashes = self.marking.give([wish])
        if clashes:
            return clashes, ""
        self.marked = True
        seat = self.seat(wish.attempt)
        if seat is None:
            return (), ""
        attempts = self.book.attempts(self.output.assignment, seat.place.student)
        with self._writing:
            try:
                rewrite(self.book, self.output, [one for one in attempts if one.id == wish.attempt])
            except OSError as error:
                return (), f"The mark is kept, but its report could not be written: {error.strerror or error}."
        return (), ""
