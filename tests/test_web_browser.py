"""Marking in a real browser: by keyboard, with a token, two at once, and with answers that would like to be scripts."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from handclass import answers_of, make_class, of_assignment

from autograder.assignment import Assignment
from autograder.gradebook.store import Gradebook
from autograder.web.app import make_app
from autograder.web.desk import Desk
from autograder.web.security import Keys

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = "</div><script>window.owned = 1</script><img src=x onerror='window.owned = 2'>\nThree steps. " + "long" * 60

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]


@dataclass
class Served:
    """A class that is served."""

    address: str
    token: str
    desk: Desk

    def points(self, student: str) -> list[int | None]:
        marks = self.desk.marking.of(self.desk.book.attempt("rnn", student).id)
        return [one.mark.points for one in marks]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    # Chromium's own sandbox cannot start as root.
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *root])
        yield chromium
        chromium.close()


@pytest.fixture
def served(tmp_path: Path, rnn: Assignment) -> Iterator[Served]:
    uvicorn = pytest.importorskip("uvicorn", reason="needs the extra serve")
    answers = answers_of(["ada", "bo"])
    answers["ada"]["written_rnn"] = HOSTILE
    output = make_class(tmp_path / "graded", answers)
    keys = Keys()
    with Gradebook.open(output.gradebook) as book, socket.create_server(("127.0.0.1", 0)) as door:
        desk = Desk(book, output, of_assignment(rnn))
        app = make_app(desk, keys, who="Dr. Wu")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield Served(f"http://127.0.0.1:{door.getsockname()[1]}", keys.token, desk)
        server.should_exit = True
        thread.join()


@contextmanager
def entered(browser: Browser, served: Served, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of a session of its own, and everything that it said or asked of anybody else."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.accept()))
    page.on("request", lambda one: heard.append(one.url) if not one.url.startswith(served.address) else None)
    page.goto(f"{served.address}/enter?token={served.token}")
    yield page, heard
    context.close()


def of(served: Served, student: str) -> str:
    return f"{served.address}/mark/written_rnn/{served.desk.book.attempt('rnn', student).id}"


def test_without_the_token_there_is_nothing_to_see(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    page = context.new_page()

    page.goto(served.address)

    assert "needs a session" in page.locator("body").inner_text()
    context.close()


def test_answers_are_marked_by_keyboard_alone(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (page, heard):
        page.get_by_role("link", name="Mark 2 answers").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/mark/written_rnn/*")
        first = page.url
        for key in ("3", "1", "0", "r", "1", "c"):
            page.keyboard.press(key)
        page.keyboard.type("Three steps, 1 too few.")
        assert page.locator("#sum").inner_text() == "4"
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url: url != first)
        assert ": 4 of 6." in page.locator(".said-last").inner_text()
        for key in ("f", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url("**/question/written_rnn")
        assert "All answers to this question are marked" in page.locator("main").inner_text()
        assert heard == []
    marks = [one.mark for one in served.desk.marking.given("rnn")]
    assert [(mark.points, mark.comment) for mark in marks] == [
        (4, "Say it with numbers.\nThree steps, 1 too few."),
        (6, ""),
    ]


def test_a_digit_above_the_worth_of_a_criterion_is_not_taken(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (page, _):
        page.goto(of(served, "bo"))
        for key in ("9", "2", "ArrowDown", "z", "ArrowUp", "1"):
            page.keyboard.press(key)

        assert [page.locator("input.points").nth(n).input_value() for n in range(3)] == ["0", "1", "0"]


def test_keys_move_between_answers_and_typing_is_typing(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (page, _):
        page.goto(f"{served.address}/mark/written_rnn")
        first = page.url
        page.keyboard.press("n")
        page.wait_for_url(lambda url: url != first)
        page.keyboard.press("p")
        page.wait_for_url(first)
        page.keyboard.press("c")
        page.keyboard.type("n p q r 1 f ?")
        assert page.url == first
        assert page.locator("#comment").input_value() == "n p q r 1 f ?"
        assert page.locator("input.points").first.input_value() == ""


def test_of_two_markers_the_second_sees_both_marks(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (ben, _), entered(browser, served) as (eve, _):
        for page in (ben, eve):
            page.goto(of(served, "bo"))
        for key in ("f", "Enter"):
            ben.keyboard.press(key)
        ben.wait_for_url(lambda url: url != of(served, "bo"))
        for key in ("1", "0", "0", "Enter"):
            eve.keyboard.press(key)
        eve.get_by_role("alert").wait_for()

        shown = eve.get_by_role("alert").inner_text()

        assert "Dr. Wu: 6 of 6" in shown
        assert "Yours, not given yet: 1 of 6" in shown
        assert served.points("bo") == [6]
        eve.keyboard.press("Enter")
        eve.wait_for_url(lambda url: url != of(served, "bo"))
        assert served.points("bo") == [6, 1]


def test_a_script_in_an_answer_stays_text(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (page, heard):
        page.goto(of(served, "ada"))

        assert "<script>window.owned = 1</script>" in page.locator("#answer").inner_text()
        assert page.evaluate("window.owned === undefined")
        assert page.locator("img").count() == 0
        assert heard == []


def test_a_finding_is_changed_with_a_reason(browser: Browser, served: Served) -> None:
    with entered(browser, served) as (page, heard):
        page.goto(f"{served.address}/student/{served.desk.book.attempt('rnn', 'ada').id}")
        finding = page.locator("#lstm_cell--gradients")
        finding.locator("summary").focus()
        page.keyboard.press("Enter")
        finding.get_by_label("Points, of 3").fill("2")
        finding.get_by_label("Reason").fill("shown in person")
        page.keyboard.press("Enter")
        page.wait_for_url("**#lstm_cell--gradients")

        assert "2 of 3" in finding.inner_text()
        assert "by hand, was 0" in finding.inner_text()
        assert heard == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_are_quiet_and_do_not_scroll_sideways(browser: Browser, served: Served, width: int, scheme: str) -> None:
    view: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    attempt = served.desk.book.attempt("rnn", "ada").id
    with entered(browser, served, **view) as (page, heard):
        for path in ("/", "/question/written_rnn", f"/mark/written_rnn/{attempt}", f"/student/{attempt}", "/class"):
            page.goto(served.address + path)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            levels = page.evaluate("Array.from(document.querySelectorAll('h1,h2,h3'), h => Number(h.tagName[1]))")
            assert levels.count(1) == 1, path
            ids = page.evaluate("Array.from(document.querySelectorAll('[id]'), e => e.id)")
            assert len(ids) == len(set(ids)), path
        assert heard == []
