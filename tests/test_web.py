"""The web app's own rules: who gets in, what is refused, what a mark changes, what two markers see of each other."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from handclass import a_grade, answers_of, hand_in, make_class, of_assignment
from starlette.applications import Starlette
from starlette.testclient import TestClient

from autograder import cli
from autograder.assignment import Assignment
from autograder.gradebook.counting import store
from autograder.gradebook.marking import Marking, Wish
from autograder.gradebook.records import ExtensionRecord, MarkRecord
from autograder.gradebook.store import Gradebook
from autograder.lateness import Policy
from autograder.model import Outcome
from autograder.output import Output
from autograder.visibility import Release
from autograder.web.app import make_app
from autograder.web.desk import Desk
from autograder.web.security import Keys

STUDENTS = ["ada", "bo", "chi"]
FULL = {"points-graph": "3", "points-sharing": "2", "points-length": "1"}
HOST = "http://127.0.0.1:8765"


@dataclasses.dataclass
class Room:
    """A class that is being marked."""

    app: Starlette
    desk: Desk
    keys: Keys
    folder: Path

    def attempt(self, student: str) -> int:
        return self.desk.book.attempt("rnn", student).id

    def browser(self, who: str = "Dr. Wu", *, entered: bool = True) -> TestClient:
        client = TestClient(self.app, base_url=HOST, follow_redirects=True)
        if entered:
            client.get("/enter", params={"token": self.keys.token})
            client.post("/settings", data={"csrf_token": csrf(client, "/"), "who": who})
        return client

    def grade(self, student: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.folder / student / "grade.json").read_text(encoding="utf-8"))
        return data


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of ``room``: to be copied, not changed."""
    return make_class(tmp_path_factory.mktemp("class") / "graded", answers_of(STUDENTS)).folder


@pytest.fixture
def room(made: Path, tmp_path: Path, rnn: Assignment) -> Iterator[Room]:
    output = Output.of(Path(shutil.copytree(made, tmp_path / "graded")))
    with Gradebook.open(output.gradebook) as book:
        desk, keys = Desk(book, output, of_assignment(rnn)), Keys()
        yield Room(make_app(desk, keys, who="somebody"), desk, keys, output.folder)


def csrf(client: TestClient, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    return found[1]


def fields(client: TestClient, page: str) -> dict[str, str]:
    """The hidden fields of the form that marks."""
    form = client.get(page).text.split('id="marking"')[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))


def give(client: TestClient, page: str, **data: str) -> Any:
    return client.post(page, data=fields(client, page) | data)


# --- who gets in --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/class", "/question/written_rnn", "/mark/written_rnn/1", "/student/1", "/none"])
def test_without_the_token_no_page_is_shown(room: Room, page: str) -> None:
    stranger = room.browser(entered=False)

    assert stranger.get(page).status_code == 403
    assert stranger.post(page, data={"points": "1"}).status_code == 403
    assert stranger.get("/enter", params={"token": "guess"}).status_code == 403
    assert stranger.get(page).status_code == 403


def test_the_token_opens_a_session_that_scripts_and_other_sites_cannot_use(room: Room) -> None:
    client = TestClient(room.app, base_url=HOST, follow_redirects=False)

    answer = client.get("/enter", params={"token": room.keys.token})

    cookie = answer.headers["set-cookie"].casefold()
    assert answer.status_code == 303
    assert room.keys.token not in answer.headers["location"]
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age" not in cookie


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765"])
def test_another_host_name_is_refused(room: Room, host: str) -> None:
    answer = room.browser().get("/", headers={"host": host})

    assert answer.status_code == 400
    assert "To mark" not in answer.text


@pytest.mark.parametrize("page", ["/", "/class", "/mark/written_rnn/1", "/student/1", "/nowhere", "/enter?token=no"])
def test_every_answer_has_a_policy(room: Room, page: str) -> None:
    headers = room.browser().get(page).headers

    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("token", [None, "", "x", "##", "##00"])
def test_a_form_without_the_sessions_token_changes_nothing(room: Room, token: str | None) -> None:
    client = room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"
    data = fields(client, page) | FULL
    data.pop("csrf_token")
    other = {} if token is None else {"csrf_token": token}

    assert client.post(page, data=data | other).status_code == 403
    assert client.post("/settings", data={"who": "Eve"} | other).status_code == 403
    assert room.desk.marking.of(room.attempt("ada")) == ()


def test_a_form_of_another_session_is_refused(room: Room) -> None:
    one, other = room.browser(), room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"

    answer = other.post(page, data=fields(one, page) | FULL)

    assert answer.status_code == 403
    assert room.desk.marking.of(room.attempt("ada")) == ()


def test_a_body_that_is_too_long_is_refused(room: Room) -> None:
    client = room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"

    assert give(client, page, comment="x" * 300_000, **FULL).status_code == 413
    assert give(client, page, comment="x" * 6_000, **FULL).status_code == 422


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_settings_lead_back_to_our_own_pages_only(room: Room, back: str) -> None:
    client = room.browser()
    data = {"csrf_token": csrf(client, "/"), "back": back}

    answer = client.post("/settings", data=data, follow_redirects=False)

    assert answer.headers["location"] == "/"


def test_the_longest_session_still_fits_into_a_cookie(room: Room) -> None:
    client = room.browser("\N{OWL}" * 100)
    page = f"/student/{room.attempt('ada')}"
    data = {"csrf_token": csrf(client, page), "exercise": "lstm_cell", "check": "gradients", "replaces": "0"}
    claims = [f for e in room.desk.board.seats[room.attempt("ada")].grade.exercises for f in e.checks]
    for finding in claims:
        object.__setattr__(finding, "claim", "\N{OWL}" * 500)

    answer = client.post(page, data=data | {"points": "3", "why": "x"}, follow_redirects=False)

    assert len(answer.headers["set-cookie"]) < 4000


# --- marking ------------------------------------------------------------------------------------


def test_a_mark_is_in_the_gradebook_and_in_the_students_files_at_once(room: Room) -> None:
    client = room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"

    answer = give(client, page, comment=" Good.\r\nThree steps. ", **FULL | {"points-length": "0"})

    assert answer.status_code == 200
    assert answer.url.path.startswith("/mark/written_rnn/")
    assert answer.url.path != page
    mark = room.desk.marking.of(room.attempt("ada"))[0].mark
    assert (mark.points, mark.who, mark.comment) == (5, "Dr. Wu", "Good.\nThree steps.")
    assert dict(mark.criteria) == {"graph": 3, "sharing": 2, "length": 0}
    grade = room.grade("ada")
    assert (grade["points"], grade["possible"], grade["pending"]) == (9, 13, 2)
    assert "Three steps." in (room.folder / "ada/report.html").read_text(encoding="utf-8")
    table = csv.DictReader((room.folder / "grades.csv").read_text(encoding="utf-8").splitlines())
    rows = {row["student"]: row for row in table}
    assert (rows["ada"]["points"], rows["ada"]["written_rnn"]) == ("9", "5")
    assert (rows["bo"]["points"], rows["bo"]["written_rnn"]) == ("4", "")


def test_marking_ends_with_the_last_answer(room: Room) -> None:
    client = room.browser()

    seen = set()
    answer = client.get("/mark/written_rnn")
    while answer.url.path.startswith("/mark/"):
        seen.add(answer.url.path)
        answer = give(client, answer.url.path, **FULL)

    assert len(seen) == 3
    assert "All answers to this question are marked" in answer.text
    assert [(q.todo, q.marked) for q in room.desk.board.questions()] == [(0, 3), (3, 0)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"points-graph": "3", "points-sharing": "2"}, "length: how many points, from 0 to 1?"),
        (FULL | {"points-graph": "4"}, "graph: 4 points, but it is worth 3"),
        (FULL | {"points-graph": "-1"}, "&#39;-1&#39; is not a whole number"),
        (FULL | {"points-graph": "1.5"}, "&#39;1.5&#39; is not a whole number"),
        (FULL | {"digest": "0" * 12}, "another one now: read it again"),
    ],
)
def test_points_that_cannot_be_are_asked_for_again(room: Room, data: dict[str, str], message: str) -> None:
    client = room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"

    answer = give(client, page, comment="what I wrote", **data)

    assert answer.status_code in (409, 422)
    assert message in answer.text
    assert "what I wrote" in answer.text
    assert room.desk.marking.of(room.attempt("ada")) == ()


def test_two_markers_of_one_answer_see_both_marks_and_none_is_lost(room: Room) -> None:
    ben, eve = room.browser("Ben"), room.browser("Eve")
    page = f"/mark/written_rnn/{room.attempt('ada')}"
    stale = fields(eve, page)
    give(ben, page, comment="of Ben", **FULL)

    clash = eve.post(page, data=stale | FULL | {"points-graph": "0", "comment": "of Eve"})

    assert clash.status_code == 409
    assert "Ben has marked this answer meanwhile" in clash.text
    assert "of Ben" in clash.text
    assert "of Eve" in clash.text
    assert [one.mark.who for one in room.desk.marking.of(room.attempt("ada"))] == ["Ben"]
    form = clash.text.split('id="marking"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    eve.post(page, data=hidden | FULL | {"points-graph": "0", "comment": "of Eve"})
    assert [(one.mark.who, one.mark.points) for one in room.desk.marking.of(room.attempt("ada"))] == [
        ("Ben", 6),
        ("Eve", 3),
    ]


def test_an_answer_that_somebody_has_open_is_not_the_next_one_for_another(room: Room) -> None:
    ben, eve = room.browser("Ben"), room.browser("Eve")

    first, second = ben.get("/mark/written_rnn"), eve.get("/mark/written_rnn")

    assert first.url.path != second.url.path
    assert "Ben has opened this answer" in eve.get(first.url.path).text
    assert ben.get("/mark/written_rnn").url.path == first.url.path


def test_a_mark_can_be_taken_back(room: Room) -> None:
    client = room.browser()
    page = f"/mark/written_rnn/{room.attempt('ada')}"
    give(client, page, **FULL)

    give(client, page, do="back")

    assert room.grade("ada")["pending"] == 8
    assert [one.mark.points for one in room.desk.marking.of(room.attempt("ada"))] == [6, None]


def test_what_others_change_in_the_gradebook_is_seen_at_once(room: Room) -> None:
    client = room.browser()
    assert "0 of 3 marked" in client.get("/").text
    with Gradebook.open(room.desk.output.gradebook) as other:
        mark = MarkRecord("written_rnn", "written_rnn", 6, "Ben")
        Marking(other).give([Wish(room.attempt("ada"), mark)])
        hand_in(other, "dee", {"written_rnn": "late, but here"})

    assert "1 of 4 marked" in client.get("/").text
    old = room.attempt("bo")
    with Gradebook.open(room.desk.output.gradebook) as other:
        hand_in(other, "bo", {"written_rnn": "a newer answer"})
    assert client.get(f"/mark/written_rnn/{old}").status_code == 404
    assert "a newer answer" in client.get(f"/mark/written_rnn/{room.attempt('bo')}").text


def test_comments_of_the_rubric_and_of_markers_are_offered_again(room: Room) -> None:
    client = room.browser()
    give(client, f"/mark/written_rnn/{room.attempt('ada')}", comment="Draw it.", **FULL)

    text = client.get(f"/mark/written_rnn/{room.attempt('bo')}").text

    assert re.findall(r'data-say="([^"]*)"', text) == [
        "Say it with numbers.",
        "Which step uses which weight?",
        "Draw it.",
    ]


# --- anonymity, findings, the class -------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/class", "/question/written_rnn", "/question/written_importance"])
def test_names_are_shown_only_where_that_was_chosen(room: Room, page: str) -> None:
    client = room.browser()
    assert not re.search(r">(ada|bo|chi)<", client.get(page).text)

    client.post("/settings", data={"csrf_token": csrf(client, page), "names": "yes"})

    assert bool(re.search(r">ada<", client.get(page).text)) is (page != "/")


def test_a_search_by_name_does_not_tell_whose_pseudonym_it_is(room: Room) -> None:
    client = room.browser()

    assert "0 to 0" not in client.get("/class", params={"q": ""}).text
    assert '<span class="muted">none</span>' in client.get("/class", params={"q": "ada"}).text


def test_any_finding_can_be_given_other_points_with_a_reason(room: Room) -> None:
    client = room.browser()
    page = f"/student/{room.attempt('ada')}"
    data = {"csrf_token": csrf(client, page), "exercise": "lstm_cell", "check": "gradients", "replaces": "0"}

    refused = client.post(page, data=data | {"points": "3"})
    assert refused.status_code == 422
    assert "A reason is needed" in refused.text
    assert client.post(page, data=data | {"points": "4", "why": "x"}).status_code == 422
    given = client.post(page, data=data | {"points": "3", "why": "shown in person"})

    assert given.status_code == 200
    assert room.grade("ada")["points"] == 7
    check = room.grade("ada")["exercises"][0]["checks"][1]
    assert (check["outcome"], check["points"]) == ("passed", 3)
    assert "shown in person" in (room.folder / "ada/report.html").read_text(encoding="utf-8")
    clash = client.post(page, data=data | {"points": "1", "why": "no"})
    assert clash.status_code == 409
    assert "Meanwhile Dr. Wu gave 3 of 3 (shown in person)" in clash.text
    number = room.desk.marking.of(room.attempt("ada"))[-1].id
    back = {"replaces": str(number), "why": "a mix-up", "do": "back"}
    assert client.post(page, data=data | back).status_code == 200
    assert room.grade("ada")["points"] == 4
    assert client.post(page, data=data | {"check": "none", "why": "x", "points": "1"}).status_code == 409


def test_the_class_page_counts_what_was_given_by_hand(room: Room) -> None:
    client = room.browser()
    client.get("/class")
    give(client, f"/mark/written_rnn/{room.attempt('ada')}", **FULL)

    text = client.get("/class", params={"sort": "percent"}).text

    assert "18 points of 3 students" in text
    assert "10 of 13" in text
    assert room.desk.board.outcomes[("written_rnn", "written_rnn")][Outcome.PASSED] == 1
    assert room.desk.board.outcomes[("written_rnn", "written_rnn")][Outcome.PENDING] == 2


def test_a_report_that_cannot_be_written_does_not_lose_the_mark(room: Room) -> None:
    client = room.browser()
    folder = room.folder / "ada"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("in the way")

    answer = give(client, f"/mark/written_rnn/{room.attempt('ada')}", **FULL)

    assert "The mark is kept, but its report could not be written" in answer.text
    assert room.desk.marking.of(room.attempt("ada"))[0].mark.points == 6


@pytest.mark.parametrize("page", ["/mark/written_rnn/999", "/mark/none/1", "/student/999", "/question/none", "/none"])
def test_what_is_not_there_is_said(room: Room, page: str) -> None:
    answer = room.browser().get(page)

    assert answer.status_code == 404
    assert "Not here" in answer.text


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    import socket

    make_class(tmp_path / "graded", {}, files=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        root = str(Path(__file__).resolve().parent.parent)
        done = CliRunner().invoke(cli.main, ["serve", str(tmp_path / "graded"), "--port", port, "--course", root])

    assert done.exit_code == 2
    assert f"port {port} cannot be used" in done.output


def test_a_grade_that_is_withdrawn_or_given_anew_is_seen(room: Room) -> None:
    client = room.browser()
    attempt = room.attempt("ada")
    with Gradebook.open(room.desk.output.gradebook) as other:
        newer = other.add_grade(attempt, a_grade("ada", {"written_rnn": "read differently"}), transcript=None)
    assert "read differently" in client.get(f"/mark/written_rnn/{attempt}").text
    with Gradebook.open(room.desk.output.gradebook) as other:
        other.withdraw([newer], "the control drifted")

    client.get(f"/mark/written_rnn/{attempt}")

    assert "The graph of ada." in client.get(f"/mark/written_rnn/{attempt}").text
    assert "2 of 3" not in client.get("/").text
    assert [(q.todo, q.marked) for q in room.desk.board.questions()] == [(3, 0), (3, 0)]


def test_lateness_is_taken_off_as_soon_as_a_policy_says_so(room: Room) -> None:
    client = room.browser()
    book = room.desk.book
    hand_in(book, "dee", {"written_rnn": "late"}, "2026-05-02T12:00:00+00:00")
    book.set("release rnn", Release(due=datetime(2026, 5, 1, tzinfo=UTC)).to_json())
    page = f"/student/{room.attempt('dee')}"
    assert "<b>4</b> of 9" in client.get(page).text

    store(book, "rnn", Policy(per_day=25))

    text = client.get(page).text
    assert "<b>2</b> of 9" in text
    assert "of 4 points: −2; counts 2" in text
    assert "2 of 9" in client.get("/class").text
    give(client, f"/mark/written_rnn/{room.attempt('dee')}", **FULL)
    assert "<b>5</b> of 15" in client.get(page).text
    book.people.extend("rnn", ExtensionRecord("dee", "2026-05-03T00:00:00+00:00", "Dr. Wu"))
    assert "<b>10</b> of 15" in client.get(page).text


def test_a_student_who_is_deleted_is_gone_from_every_page(room: Room) -> None:
    client = room.browser()
    client.get("/class")
    with Gradebook.open(room.desk.output.gradebook) as other:
        other.people.forget("ada")

    assert "1 to 2 of 2 students" in client.get("/class").text
    assert sum(room.desk.board.outcomes[("lstm_cell", "forward")].values()) == 2


@pytest.mark.slow
def test_the_command_serves_until_it_is_stopped_and_then_writes_the_class(tmp_path: Path) -> None:
    """With the shipped assignment's rubrics, as somebody starts it in a terminal."""
    output = make_class(tmp_path / "graded", answers_of(["ada"]))
    (output.folder / "grades.jsonl").unlink()
    root = Path(__file__).resolve().parent.parent
    code = "from autograder.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", str(output.folder), "--port", "0", "--course", str(root)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as run:
        assert run.stdout is not None
        address = next(line.strip() for line in run.stdout if "token=" in line)
        with httpx2.Client(follow_redirects=True) as client:
            home = client.get(address)
            attempt = "/mark/written_importance/1"
            page = client.get(home.url.join(attempt)).text.split('id="marking"')[1].split("</form>")[0]
            hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
            given = client.post(home.url.join(attempt), data=hidden | {"points-answer": "2"})
        run.send_signal(signal.SIGINT)
        run.wait(60)

    assert "To mark by hand" in home.text
    assert "1 of 1 marked" in given.text
    assert run.returncode == 0
    assert json.loads((output.folder / "grades.jsonl").read_text(encoding="utf-8"))["points"] == 6
