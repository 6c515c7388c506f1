"""The shape of the project: which way imports point, what is public, what is documented."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder import model
from autograder.rejudging import basis
from autograder.sandbox import bundle

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "autograder"

# Each unit (a module, or a package taken as one) may import the units above it and nothing below it.
ORDER = (
    ("shown", "lateness", "asjson"),
    ("errors", "model", "case", "parsing", "printable", "pseudonyms"),
    ("crew",),
    ("rubric", "exits", "visibility", "datasets"),
    ("subject", "seeds", "uses", "expect", "output"),
    ("exercise", "handout"),
    ("hints",),
    ("sandbox",),
    ("assignment", "intake", "transcript"),
    ("aligning", "observing", "compat"),
    ("causes",),
    ("crashes",),
    ("asking",),
    ("grading",),
    ("diagnosing",),
    ("gradebook", "recorded", "similarity"),
    ("handback",),
    ("pipeline", "publish", "exports"),
    ("bench", "control", "key", "ledger", "worker"),
    ("queueing",),
    ("batch",),
    ("cluster",),
    ("doctor", "checking", "live", "releasing", "starting"),
    ("reporting", "pack"),
    ("terminal",),
    ("auditing",),
    ("instructor",),
    ("rejudging", "exported", "published", "similar", "reported"),
    ("policies",),
    ("marking",),
    ("web", "onestudent"),
    ("serving",),
    ("checkview", "notebook"),
    ("commands", "student", "pytest_plugin"),
    ("authoring",),
    ("cliauthor", "clibegun", "clidata", "climarks", "clireport", "clistudent"),
    ("cli",),
)
RANK = {unit: rank for rank, units in enumerate(ORDER) for unit in units}
# where judging and rendering meet, and nowhere else: what the command line consists of, and a notebook
COMMAND_LINE = (
    "terminal",
    "instructor",
    "commands",
    "authoring",
    "student",
    "cli",
    "notebook",
    "marking",
    "web",
    "exported",
    "similar",
)
RUNS_BESIDE_STUDENT_CODE = sorted(
    [name.removesuffix(".py") for name in bundle.MODULES]
    + [f"sandbox.{name.removesuffix('.py')}" for name in bundle.SANDBOX_MODULES]
)
SOURCES = sorted(PACKAGE.rglob("*.py"))


def unit_of(module: str) -> str:
    """``autograder.sandbox.wire`` -> ``sandbox``; the package itself -> the empty string."""
    return [*module.split("."), "", ""][1]


def is_unit(name: str) -> bool:
    """A module or a package of ours, not a name that the package itself has."""
    return (PACKAGE / f"{name}.py").is_file() or (PACKAGE / name).is_dir()


def imports_of(path: Path) -> set[str]:
    """Modules of ours that a file imports when it runs; what only a type checker imports is left out."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            # `from autograder import remarks` names a module in the second half
            if node.module == "autograder":
                found |= {f"autograder.{alias.name}" for alias in node.names if is_unit(alias.name)}
        pending += ast.iter_child_nodes(node)
    return {name for name in found if name.split(".")[0] == "autograder"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """A file imports units of earlier ranks only; a new unit has to be given its place in ORDER."""
    unit = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if unit in ("__init__", "__main__"):
        return
    assert unit in RANK, f"{unit} has no place in ORDER yet"
    for name in imports_of(path):
        other = unit_of(name)
        if other in ("", unit):
            continue
        assert RANK.get(other, 99) < RANK[unit], f"{path.name} imports {name}, which is not before {unit}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_reporting_knows_only_the_records_and_only_the_command_line_knows_reporting(path: Path) -> None:
    """A grade can be rendered without the engine, and the engine can grade without templates."""
    unit = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    others = {unit_of(name) for name in imports_of(path)} - {"", unit}
    if unit == "reporting":
        assert others <= {"shown", "lateness", "model", "errors", "visibility"}
    elif unit not in COMMAND_LINE:
        assert "reporting" not in others


@pytest.mark.parametrize("name", RUNS_BESIDE_STUDENT_CODE)
def test_what_runs_beside_student_code_imports_nothing_of_the_engine(name: str) -> None:
    """In a bare interpreter, importing it loads no module of ours outside the bundle."""
    code = (
        f"import sys, autograder.{name}\n"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in ('autograder', 'reports', 'click', 'jinja2')))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    parts = {f"autograder.{part}" for part in RUNS_BESIDE_STUDENT_CODE}
    assert set(done.stdout.split()) <= parts | {"autograder", "autograder.sandbox"}


def test_public_names_are_sorted_and_all_of_them_load() -> None:
    """``__all__`` is the sorted list of what a course author imports, and each name is really there."""
    assert list(autograder.__all__) == sorted(autograder.__all__)
    for name in autograder.__all__:
        assert getattr(autograder, name) is not None


def test_public_names_are_those_that_load_on_first_use() -> None:
    """The table of homes, the imports for type checkers and ``__all__`` name the same things."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert typed == set(autograder.__all__) == set(autograder._HOME)


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """A slip in a checks.py is told as Python tells it."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = autograder.nothing


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    """Above 350 lines a file holds more than one noun."""
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {name: count for name, count in lengths.items() if count > 350} == {}


def documentation() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_every_command_is_documented() -> None:
    """Each command of the command line is shown in the README or in a page of docs/."""
    cli = pytest.importorskip("autograder.cli", reason="the command line is not there yet")
    text = documentation()

    assert "grade" in cli.main.commands
    assert [name for name in cli.main.commands if f"autograder {name}" not in text] == []


@pytest.mark.parametrize(
    "record",
    [model.Grade, model.ExerciseGrade, model.Finding, model.Problem, model.MistakeName, model.Evidence],
    ids=lambda record: record.__name__,
)
def test_every_field_of_grade_json_is_documented(record: type) -> None:
    """docs/formats.md has a row for each field of each record, in that record's own section."""
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    match = re.search(rf"<!-- {record.__name__} -->(.*?)(?=<!-- \w+ -->|\Z)", page, re.DOTALL)
    assert match, f"docs/formats.md has no section <!-- {record.__name__} -->"

    rows = re.findall(r"^\| `(\w+)` ", match.group(1), re.MULTILINE)

    assert {field.name for field in dataclasses.fields(record)} <= set(rows)


def test_every_outcome_is_documented() -> None:
    """The glossary and the formats name each way in which a check can end."""
    for page in ("glossary.md", "formats.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert [outcome.value for outcome in model.Outcome if f"`{outcome.value}`" not in text] == []


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link in the README or in docs/ names a file of the project."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def tracked() -> list[Path]:
    """Files under version control; in an unpacked archive there is nothing to ask."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    names = [name for name in done.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    """Nothing depends on where it was written or on which mirror served it."""
    # written in halves, so that this file does not find itself
    words = ("/work" + "/main", "/work" + "/shared", "/opt" + "/pypi", "/opt" + "/wheels", "pypi" + ".org")
    words += ("python" + "hosted", "download.py" + "torch", "deb.deb" + "ian", "npm" + "js.")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in words
        if word.encode() in path.read_bytes()
    ]

    assert found == []


def test_what_a_module_of_ours_imports_is_found_as_python_finds_it() -> None:
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
                wanted |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names if alias.name.startswith("autograder")}
        # lines of code inside a text may be found too: that only means one module more
        assert wanted <= set(basis.imported(source)), path
