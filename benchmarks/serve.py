"""The web app with a large class: what each page costs on the server, and what a mark costs with its files.

Run: python benchmarks/serve.py [STUDENTS]. Every student has the sample grade of reports/samples and one more
written answer; half of the answers are marked. The pages are asked for in this process, in turn; the first request
after a change of the gradebook by somebody else is a row of its own.
"""

from __future__ import annotations

import dataclasses
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from handclass import GRAPH, a_grade, of_assignment  # noqa: E402
from made import submission  # noqa: E402
from reporting_samples import samples  # noqa: E402

from autograder import assignment  # noqa: E402
from autograder.gradebook.connect import Database  # noqa: E402
from autograder.gradebook.marking import Marking, Wish  # noqa: E402
from autograder.gradebook.records import MarkRecord  # noqa: E402
from autograder.gradebook.store import Gradebook  # noqa: E402
from autograder.marking.afterwards import whole_class  # noqa: E402
from autograder.output import Output  # noqa: E402
from autograder.web.app import make_app  # noqa: E402
from autograder.web.desk import Desk  # noqa: E402
from autograder.web.security import Keys  # noqa: E402

PROMISE = 300.0  # ms
TURNS = 15
FULL = {f"points-{one.id}": str(one.points) for one in GRAPH.rubric.criteria}


def fill(output: Output, students: int) -> None:
    """A class; half of the answers marked."""
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn", title="Recurrent networks", digest="sha256:a")
        marking = Marking(book)
        sample = samples.ada()
        wishes = []
        for number in range(students):
            name = f"student-{number:05}"
            work = submission(name, answers=name)
            attempt = book.receive("rnn", work, {"answers.md": name.encode()})
            own = a_grade(name, {"written_rnn": f"The graph of {name}.\n" * 30}, work.digest)
            others = tuple(e for e in sample.exercises if e.id not in {o.id for o in own.exercises})
            book.add_grade(
                attempt.id, dataclasses.replace(own, exercises=(*others, *own.exercises)), transcript=b"x" * 100_000
            )
            if number % 2:
                mark = MarkRecord("written_rnn", "written_rnn", number % 7, "Ben", comment=f"remark {number % 40}")
                wishes.append(Wish(attempt.id, mark))
        marking.give(wishes)


def measured(name: str, call: Callable[[Any], object], turns: int = TURNS, ready: Callable[[], Any] = list) -> None:
    """Print the median and the longest of several calls, in ms; what ``ready`` gives them is not counted."""
    took = []
    for _ in range(turns):
        given = ready()
        start = time.perf_counter()
        call(given)
        took.append(1000 * (time.perf_counter() - start))
    kept = "" if max(took) < PROMISE else "  above the promise"
    print(f"{name:44} {statistics.median(took):8.1f} {max(took):8.1f}{kept}")


def main(students: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        output = Output.open(Path(folder) / "graded", "rnn")
        start = time.perf_counter()
        fill(output, students)
        print(f"{students} students made in {time.perf_counter() - start:.1f} s")
        with Gradebook.open(output.gradebook) as book:
            start = time.perf_counter()
            whole_class(book, output)
            print(f"all files written in {time.perf_counter() - start:.1f} s")
            desk, keys = Desk(book, output, of_assignment(assignment.load(ROOT, "rnn"))), Keys()
            start = time.perf_counter()
            desk.board.refresh()
            print(f"the class read at the start in {time.perf_counter() - start:.1f} s")
            client = TestClient(make_app(desk, keys, who="Wu"), base_url="http://127.0.0.1")
            client.get("/enter", params={"token": keys.token})
            print(f"\n{'on the server, ms':44} {'median':>8} {'longest':>8}")
            first = desk.board.queue("written_rnn")[0].place.attempt
            for path in (
                "/",
                "/question/written_rnn",
                "/question/written_rnn?show=todo&page=9",
                f"/mark/written_rnn/{first}",
                f"/student/{first}",
                "/class",
                "/class?q=1&sort=percent&page=7",
            ):
                assert client.get(path).status_code == 200
                measured(path, lambda _, path=path: client.get(path))
            give(client, *filled(client))  # the templates of a report are compiled once
            measured(
                "giving a mark: gradebook, report, grades.csv",
                lambda form: give(client, *form),
                ready=lambda: filled(client),
            )
            measured(
                "/ after a mark by another process", lambda _: client.get("/"), ready=lambda: elsewhere(output, desk)
            )
            measured("/ after a grade by another process", lambda _: client.get("/"), 5, lambda: graded(book, desk))


def filled(client: TestClient) -> tuple[str, dict[str, str]]:
    """The next answer's address and its form, filled in."""
    page = client.get("/mark/written_rnn")
    form = page.text.split('id="marking"')[1].split("</form>")[0]
    return page.url.path, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)) | FULL


def give(client: TestClient, path: str, data: dict[str, str]) -> None:
    """Send a form."""
    assert client.post(path, data=data, follow_redirects=False).status_code == 303


def elsewhere(output: Output, desk: Desk) -> None:
    """A mark by somebody else."""
    seat = next(seat for seat in desk.board.queue("written_rnn") if seat.to_mark("written_rnn"))
    other = Gradebook(Database.open(output.gradebook))
    Marking(other).give([Wish(seat.place.attempt, MarkRecord("written_rnn", "written_rnn", 1, "Ben"))])
    other.close()


def graded(book: Gradebook, desk: Desk) -> None:
    """A grade by somebody else."""
    seat = next(iter(desk.board.seats.values()))
    found = book.grade(seat.place.attempt)
    assert found is not None
    book.add_grade(seat.place.attempt, found[1], transcript=None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
