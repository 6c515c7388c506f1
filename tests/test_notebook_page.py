"""The student's notebook as a page: findings beside their cells, and nothing in it that could act."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting_samples import samples

from autograder.model import Grade, Problem
from autograder.reporting import html, notebooktext
from autograder.shown import ShownCell, ShownNotebook, ShownOutput

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()
ATTACK = "<script>document.title='taken'</script>"
HOSTILE = [
    f"# Hello {ATTACK}",
    "<img src=x onerror=\"document.title='taken'\"> <img src='https://example.org/a.png'>",
    "<style>body { display: none }</style><iframe src='https://example.org'></iframe>",
    '<a href="javascript:document.title=1">click</a> [click](javascript:alert(1)) <a href="https://example.org">out</a>',
    f"$\\text{{{ATTACK}}} \\href{{javascript:alert(1)}}{{x}}$ ![$x$](https://example.org/b.png)",
    '<div class="card passed" id="n1-2" style="position:fixed">100 of 100</div></div></main></body>',
    "<svg onload=alert(1)><script>document.title='taken'</script></svg>",
    "<math><mtext><img src=x onerror=alert(1)></math>",
    "<form action='https://example.org'><input name=a><button>b</button></form><meta http-equiv=refresh content=0>",
    "<base href='https://example.org'><link rel=stylesheet href='https://example.org/x.css'>",
    "```python\n</code></pre><script>document.title='taken'</script>\n```",
]


def grade() -> Grade:
    return samples.ada()


def book(*cells: ShownCell, **places: tuple[int, ...]) -> ShownNotebook:
    return ShownNotebook("work.ipynb", cells, places)


def code(number: int, source: str, *outputs: tuple[str, str]) -> ShownCell:
    return ShownCell(number, "code", source, tuple(ShownOutput(*output) for output in outputs), str(number))


def hostile() -> ShownNotebook:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='alert(1)'>{ATTACK}</svg>"
    outputs = [
        *(("html", text) for text in HOSTILE),
        *(("markdown", text) for text in HOSTILE),
        ("svg", svg),
        ("png", PIXEL),
        ("png", f'"><script>{ATTACK}'),
        ("text", f"{ATTACK}\x1b[31m\x00\u202e"),
        ("error", f"\x1b[0;31mE{ATTACK}\x1b[0m"),
        ("left_out", ATTACK),
        ("unknown", ATTACK),
    ]
    cells = [ShownCell(n, "markdown", text) for n, text in enumerate(HOSTILE, 1)]
    cells += [code(len(cells) + 1, f"x = '''{ATTACK}'''", *outputs), ShownCell(len(cells) + 2, "raw", ATTACK)]
    first = grade().exercises[0].id
    return ShownNotebook(f"{ATTACK}.ipynb", tuple(cells), {first: (1,), ATTACK: (2,), "none": ()})


def page(*books: ShownNotebook, of: Grade | None = None) -> str:
    return html.notebook_page(of or grade(), books)


def test_findings_stand_beside_the_last_cell_of_their_exercise() -> None:
    made = grade()
    wrong = next(e for e in made.exercises if any(f.outcome == "failed" for f in e.checks))
    text = page(book(code(1, "a = 1"), code(2, "b = 2"), code(3, "c = 3"), **{wrong.id: (1, 3)}))
    cells = re.split(r'(?=<div class="cell )', text)
    failed = next(f for f in wrong.checks if f.outcome == "failed")
    assert "aside" not in cells[1]
    assert f"Findings: {wrong.title}" in cells[3]
    assert failed.hint.split("`")[0][:30] in cells[3]
    number = [e.id for e in made.exercises].index(wrong.id) + 1
    assert f'href="report.html#e{number}' in cells[3]


def test_exercises_without_a_cell_are_not_lost() -> None:
    made = grade()
    text = page(book(code(1, "a = 1"), **{made.exercises[0].id: (1,)}))
    below = text.partition("Not in this notebook")[2]
    assert all(f"Findings: {exercise.title}" in below for exercise in made.exercises[1:])
    assert f"Findings: {made.exercises[0].title}" not in below


def test_a_cell_that_could_not_be_read_says_so_beside_itself() -> None:
    problem = Problem("work.ipynb, cell 1", "syntax error: invalid syntax", line=2, hint="Look at the colon.")
    of = dataclasses.replace(grade(), problems=(problem,))
    first, second = re.split(r'(?=<div class="cell )', page(book(code(1, "def f("), code(11, "x")), of=of))[1:]
    assert "Look at the colon." in first
    assert "Look at the colon." not in second


def test_checks_that_are_not_shown_yet_are_not_on_the_page() -> None:
    made = grade()
    exercise = next(e for e in made.exercises if any(f.outcome == "failed" for f in e.checks))
    secret = tuple(
        dataclasses.replace(f, visibility="hidden", message="SECRET", hint="SECRET") for f in exercise.checks
    )
    others = tuple(dataclasses.replace(e, checks=secret) if e is exercise else e for e in made.exercises)
    of = dataclasses.replace(made, exercises=others)
    assert "SECRET" not in page(book(code(1, "a"), **{exercise.id: (1,)}), of=of)


def test_the_report_and_the_notebook_lead_to_each_other(tmp_path: Path) -> None:
    made = grade()
    shown = book(code(1, "a"), code(4, "b"), **{made.exercises[0].id: (4,)})
    html.write_student(made, tmp_path, notebooks=(shown,))
    report, notebook = ((tmp_path / name).read_text(encoding="utf-8") for name in ("report.html", "notebook.html"))
    assert 'href="notebook.html#n1-4"' in report
    assert 'id="n1-4"' in notebook
    targets = set(re.findall(r'href="report.html#([\w-]+)"', notebook))
    assert targets
    assert all(f'id="{target}"' in report for target in targets)


def test_without_a_notebook_there_is_no_page_and_no_link(tmp_path: Path) -> None:
    html.write_student(grade(), tmp_path, notebooks=(book(code(1, "a")),))
    html.write_student(grade(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grade.json", "report.html", "results.json"]
    assert "notebook.html" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_formulas_are_drawn_and_tables_kept() -> None:
    text = page(book(ShownCell(1, "markdown", "$h_t = \\tanh(x)$\n\n| a | b |\n|---|---|\n| 1 | **2** |")))
    assert "<msub><mi>h</mi><mi>t</mi></msub>" in text
    assert "<td><strong>2</strong></td>" in text


def test_aligned_equations_are_a_table() -> None:
    made = str(notebooktext.formula("\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}", True))
    assert made.count("<mtr>") == 2


def test_a_picture_that_a_cell_brings_along_is_shown() -> None:
    attached = {"a b.png": ShownOutput("png", PIXEL), "bad.png": ShownOutput("png", '"><script>')}
    source = "![one <b>](attachment:a%20b.png) ![two](attachment:bad.png) ![three](attachment:none.png)"
    text = page(book(ShownCell(1, "markdown", source, attached=attached)))
    assert f'<img src="data:image/png;base64,{PIXEL}" alt="one' in text
    assert text.count("attached picture") == 2


def test_what_cannot_be_a_formula_stays_readable() -> None:
    assert notebooktext.formula("\\frac{", False) == "<code>\\frac{</code>"


def test_printed_text_is_as_it_was_seen_at_last() -> None:
    assert notebooktext.printed("\x1b[32m 10%\r 99%\rdone\x1b[0m\nend") == "done\nend"


ALLOWED = {
    *("svg", "circle", "path", "rect", "html", "head", "meta", "title", "style", "body", "header", "main", "section"),
    *("aside", "footer", "nav", "p", "a", "h1", "h2", "h3", "h4", "h5", "h6", "div", "span", "ul", "ol", "li", "pre"),
    *("code", "b", "em", "strong", "img", "br", "table", "tbody", "tr", "td", "th", "math", "mrow", "mi", "mo", "mn"),
    *("mtext", "dl", "dt", "dd", "details", "summary", "msub", "del", "hr", "blockquote"),
}


def test_no_element_and_no_attribute_of_the_attacks_is_left() -> None:
    text = page(hostile())
    body = text.partition("</style>")[2]
    tags = re.findall(r"<(/?)([a-zA-Z][\w:-]*)([^>]*)>", body)
    assert {name for _, name, _ in tags} <= ALLOWED
    attributes = " ".join(rest for _, _, rest in tags)
    assert not re.search(r"""(?:^|\s)(?:on\w+|style|srcset|formaction|xlink:href)\s*=""", attributes)
    assert not re.search(
        r"""(?:src|href)\s*=\s*["']?\s*(?:javascript|vbscript|//|data:text)""", attributes, re.IGNORECASE
    )
    assert len(re.findall(r"</main>", body)) == 1
    assert body.count('id="n1-2"') == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, "$", "```", "<", ">", "|", "\n\n", "&lt;", "[a](", "\\begin{a}", "`", "<!--"]))
)
def test_markdown_of_any_form_gives_nothing_that_acts(parts: list[str]) -> None:
    made = str(notebooktext.markdown("".join(parts)))
    tags = re.findall(r"<(/?)([a-zA-Z][\w:-]*)([^>]*)>", made)
    assert {name.lower() for _, name, _ in tags} <= ALLOWED | {"sub", "sup", "caption", "thead", "munder", "msup"}
    for _, _, rest in tags:
        assert not re.search(r"""(?:^|\s)(?:on\w+|style|class=(?!"\w{1,3}"))\s*=""", rest)


@pytest.mark.parametrize("unit", ["[", "<div>", "*a ", "> ", "$a$ ", "<", "![", "`", "<b>", "&", "| a "])
def test_a_notebook_made_to_be_slow_is_bounded(unit: str) -> None:
    """Every cell at the bound: what is over the notebook's budget is shown as it stands, and the page is made."""
    text = (unit * 20_000)[:19_000]
    cells = tuple(ShownCell(n, "markdown", text, (ShownOutput("html", text),)) for n in range(1, 40))
    made = page(ShownNotebook("slow.ipynb", cells))
    assert made.rstrip().endswith("</html>")


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", *root])
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1360])
def test_the_page_asks_for_nothing_and_runs_nothing(browser: Browser, tmp_path: Path, width: int) -> None:
    html.write_student(grade(), tmp_path, notebooks=(hostile(),))
    view = browser.new_page(viewport={"width": width, "height": 900})
    heard: list[str] = []
    view.on("console", lambda message: heard.append(message.text))
    view.on("pageerror", lambda error: heard.append(str(error)))
    view.on("dialog", lambda dialog: heard.append(dialog.message))
    address = (tmp_path / "notebook.html").as_uri()
    view.on("request", lambda r: None if r.url == address or r.url.startswith("data:") else heard.append(r.url))
    view.goto(address)
    view.wait_for_load_state("networkidle")
    assert view.title().startswith("Notebook of ")
    assert heard == []
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.evaluate("document.scripts.length") == 0
    assert view.locator("text=document.title='taken'").first.is_visible()
    levels = view.evaluate("Array.from(document.querySelectorAll('h1,h2,h3,h4,h5,h6'), h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert view.evaluate(
        "Array.from(document.images).every(i => (i.getAttribute('src') || 'data:').startsWith('data:'))"
    )
    view.close()


@pytest.mark.browser
def test_the_two_pages_are_linked_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    made = grade()
    html.write_student(made, tmp_path, notebooks=(book(code(1, "a"), **{made.exercises[0].id: (1,)}),))
    view = browser.new_page()
    view.goto((tmp_path / "report.html").as_uri())
    view.get_by_role("link", name="in your notebook").first.click()
    assert view.url.endswith("notebook.html#n1-1")
    view.get_by_role("link", name=made.exercises[0].title, exact=True).last.click()
    assert view.url.endswith("report.html#e1")
    view.close()
