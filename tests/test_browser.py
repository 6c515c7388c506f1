"""The pages in a real browser: nothing is requested, nothing runs that should not, everything is reachable."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from reporting_samples import samples

from autograder.reporting import html

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
PAGES = ("ada/report.html", "hostile/report.html", "broken/report.html", "untouched/report.html", "index.html")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    # Chromium's own sandbox cannot start as root.
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *root])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded")
    named = {name: getattr(samples, name)() for name in ("ada", "hostile", "broken", "untouched")}
    for name, grade in named.items():
        html.write_student(grade, folder / name)
    links = {grade.student: f"{name}/report.html" for name, grade in named.items()}
    grades = [*samples.students(), named["hostile"]]
    html.write_class(grades, folder, missing=["Theo Marsh"], unattributed=["x.zip"], links=links)
    return folder


@contextmanager
def opened(
    browser: Browser, path: Path, *, width: int = 1280, scheme: str = "light"
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the list of everything that it said or asked for."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: heard.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri(), wait_until="load")
    yield page, heard
    context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_quiet_asks_for_nothing_and_does_not_scroll_sideways(
    browser: Browser, out: Path, name: str, width: int
):
    with opened(browser, out / name, width=width) as (page, heard):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert heard == []


@pytest.mark.parametrize("name", ["hostile/report.html", "index.html"])
def test_markup_in_a_submission_stays_text(browser: Browser, out: Path, name: str):
    with opened(browser, out / name) as (page, _):
        assert page.evaluate("window.owned === undefined")
        assert page.locator("img").count() == 0
        assert "<script>window.owned = 1</script>" in page.locator("body").inner_text()


def test_the_policy_stops_a_script_even_if_one_got_in(browser: Browser, out: Path):
    planted = out / "planted.html"
    text = (out / "ada" / "report.html").read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        bad = f"<script>window.owned = 1</script><img src='http://127.0.0.1:{server.getsockname()[1]}/x'>"
        planted.write_text(text.replace("<main", f"{bad}<main"), encoding="utf-8")
        with opened(browser, planted) as (page, heard):
            assert page.evaluate("window.owned === undefined")
            assert any("Content Security Policy" in line for line in heard)
        with pytest.raises(BlockingIOError):  # nobody knocked
            server.accept()


def test_dark_and_light_are_different_pages(browser: Browser, out: Path):
    grounds = []
    for scheme in ("light", "dark"):
        with opened(browser, out / "ada/report.html", scheme=scheme) as (page, _):
            grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(250, 248, 243)", "rgb(20, 23, 26)"]


def test_folded_parts_open_by_keyboard(browser: Browser, out: Path):
    with opened(browser, out / "ada/report.html") as (page, _):
        summary = page.locator("summary", has_text="Where in your code").first
        frame = page.get_by_text("return self.fc(self.drop(h))")
        assert not frame.is_visible()
        summary.focus()
        page.keyboard.press("Enter")
        assert frame.is_visible()


def test_the_first_tab_stop_skips_to_the_findings(browser: Browser, out: Path):
    with opened(browser, out / "ada/report.html") as (page, _):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_every_page_has_one_first_heading_and_no_level_is_left_out(browser: Browser, out: Path):
    for name in PAGES:
        with opened(browser, out / name) as (page, _):
            levels = page.evaluate("Array.from(document.querySelectorAll('h1,h2,h3,h4'), h => Number(h.tagName[1]))")
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
            ids = page.evaluate("Array.from(document.querySelectorAll('[id]'), e => e.id)")
            assert len(ids) == len(set(ids))


def test_the_table_sorts_by_keyboard_and_says_so(browser: Browser, out: Path):
    with opened(browser, out / "index.html") as (page, heard):
        cells = "Array.from(document.querySelectorAll('#students tbody tr'), r => Number(r.cells[2].dataset.value))"
        page.get_by_role("button", name="Percent").focus()
        page.keyboard.press("Enter")
        falling = page.evaluate(cells)
        assert falling == sorted(falling, reverse=True)
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
        page.keyboard.press("Space")
        rising = page.evaluate(cells)
        assert rising == sorted(rising)
        assert rising[0] < rising[-1]
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
        assert heard == []


def test_the_search_finds_students_and_remarks(browser: Browser, out: Path):
    with opened(browser, out / "index.html") as (page, _):
        page.get_by_label("Find a student or a remark").focus()
        page.keyboard.type("lucía")
        assert page.locator("#students tbody tr:visible").count() == 1
        assert page.get_by_role("status").inner_text() == "1 of 30"
        page.keyboard.press("Control+A")
        page.keyboard.type("void")
        remarks = page.locator("#students tbody tr:visible .remark").all_inner_texts()
        assert len(remarks) == 2
        assert all("void" in remark for remark in remarks)
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        assert page.locator("#students tbody tr:visible").count() == 30


def test_a_student_is_one_link_away(browser: Browser, out: Path):
    with opened(browser, out / "index.html") as (page, _):
        page.locator("#students").get_by_role("link", name="Ada Osei").click()
        assert page.locator("h1").inner_text() == "Ada Osei"


def test_what_is_folded_on_the_screen_is_printed(browser: Browser, out: Path):
    with opened(browser, out / "ada/report.html") as (page, _):
        frame = page.get_by_text("return self.fc(self.drop(h))")
        assert not frame.is_visible()
        page.emulate_media(media="print")
        assert frame.is_visible()
