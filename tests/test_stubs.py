"""Stubs are made from sources by taking the solutions out, and nothing of a solution is left."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import AssignmentError
from autograder.releasing import stubs

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {path.name: path for path in sorted((ROOT / "solutions/rnn/source").glob("*.[pm][yd]"))}
HANDED_OUT = ROOT / "assignments/rnn"

CELL = '''\
import torch


class Cell:
    """The contract."""

    def __init__(self, size):
        super().__init__()
        ### BEGIN SOLUTION
        self.size = size
        # a remark
        ### END SOLUTION

    def forward(self, x):
        """Another contract."""
        x = x + 1
        ### BEGIN SOLUTION
        def inner(y):
            return y * self.size

        return inner(x)
        ### END SOLUTION


### BEGIN SOLUTION
def helper():
    return 3
### END SOLUTION


def count(x):
    if x:
        ### BEGIN SOLUTION
        return 2
        ### END SOLUTION
    return 1
'''

CELL_STUB = '''\
import torch


class Cell:
    """The contract."""

    def __init__(self, size):
        super().__init__()
        raise NotImplementedError("Cell.__init__ is not written yet")

    def forward(self, x):
        """Another contract."""
        x = x + 1
        raise NotImplementedError("Cell.forward is not written yet")


def count(x):
    if x:
        raise NotImplementedError("count is not written yet")
    return 1
'''


def split(path: Path) -> tuple[list[str], list[str]]:
    """Visible and hidden lines of a source, told apart without the code under test."""
    visible, hidden, inside = [], [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            inside = "BEGIN" in line
        else:
            (hidden if inside else visible).append(line.strip())
    return visible, hidden


def test_python_regions_become_an_error_that_names_the_function() -> None:
    """Inside functions a raise at the marker's indentation; outside of them nothing is left."""
    assert stubs.make(CELL, "cell.py") == CELL_STUB


def test_a_region_at_the_end_of_a_file_or_of_a_class_leaves_no_blank_lines() -> None:
    source = "class A:\n    x = 1\n\n    ### BEGIN SOLUTION\n    y = 2\n    ### END SOLUTION\n"
    assert stubs.make(source, "a.py") == "class A:\n    x = 1\n"


def test_line_ends_of_another_system_are_made_plain() -> None:
    assert stubs.make(CELL.replace("\n", "\r\n"), "cell.py") == CELL_STUB


def test_markdown_regions_become_the_line_that_the_student_replaces() -> None:
    source = "# Q\n\n<!-- BEGIN SOLUTION -->\nBecause.\n\nSo.\n<!-- END SOLUTION -->\n\nThanks.\n"
    assert stubs.make(source, "q.md") == "# Q\n\n*Your answer here.*\n\nThanks.\n"


BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
HEAD, BODY = "def f():\n", "    return 1\n"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        pytest.param(HEAD + BEGIN + BODY, 2, "never closed", id="unclosed"),
        pytest.param(HEAD + BEGIN + BODY + BEGIN + BODY + END, 4, "inside the one that began in line 2", id="nested"),
        pytest.param(HEAD + BODY + END, 3, "none has begun", id="end without beginning"),
        pytest.param(HEAD + BEGIN + BODY + "### END SOLUTION\n", 4, "indented differently", id="crooked"),
        pytest.param(HEAD + BEGIN + BODY + "x = 2\n" + END, 4, "indented less", id="runs into other code"),
        pytest.param(HEAD + "    return 1  ### BEGIN SOLUTION\n" + BODY + END, 2, "alone on its line", id="with code"),
        pytest.param(HEAD + "    # Begin solution\n" + BODY + END, 2, "alone on its line", id="misspelt"),
        pytest.param(HEAD + "    # begin-solution\n" + BODY, 2, "alone on its line", id="misspelt alone"),
        pytest.param(HEAD + "    <!-- BEGIN SOLUTION -->\n" + BODY, 2, "### BEGIN SOLUTION", id="the other kind"),
        pytest.param(HEAD + BODY + BEGIN + "    # later\n" + END, 3, "no code", id="empty"),
        pytest.param("def f(:\n" + BEGIN + BODY + END, 1, "not Python", id="syntax error"),
        pytest.param("if x:\n" + BEGIN + BODY.replace("return", "y =") + END, 1, "the stub of", id="breaks the stub"),
    ],
)
def test_wrong_markers_are_refused_with_file_and_line(source: str, line: int, words: str) -> None:
    """Whatever would leak an answer or break a stub is an error that says where."""
    with pytest.raises(AssignmentError, match=rf"exercise\.py:{line}: ") as refusal:
        stubs.make(source, "exercise.py")
    assert words in str(refusal.value)


def test_an_unclosed_answer_in_markdown_is_refused() -> None:
    with pytest.raises(AssignmentError, match=r"q\.md:2: .*never closed"):
        stubs.make("Why?\n<!-- BEGIN SOLUTION -->\nBecause.\n", "q.md")


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    """A file whose answers cannot be told apart is never handed out."""
    (tmp_path / "weights.npz").write_bytes(b"\x00")
    with pytest.raises(AssignmentError, match=r"weights\.npz"):
        stubs.make_all(tmp_path)
    with pytest.raises(AssignmentError, match=r"\.py and \.md"):
        stubs.make("", "notebook.ipynb")


WORDS = st.text("abcdefg ", min_size=1, max_size=12).map(lambda text: f"v_{text.replace(' ', '_')} = 1")


@given(st.lists(st.tuples(st.booleans(), st.lists(WORDS, min_size=1, max_size=4)), max_size=6))
def test_every_visible_line_stays_and_every_hidden_line_goes(blocks: list[tuple[bool, list[str]]]) -> None:
    """For any arrangement of regions; and a stub is its own stub."""
    lines = ["def f():", "    pass"]
    visible, hidden = list(lines), 0
    for number, (is_hidden, names) in enumerate(blocks):
        block = [f"    {'s' if is_hidden else ''}{number}x{name}".replace("    ", "    n") for name in names]
        hidden += is_hidden
        lines += ["    ### BEGIN SOLUTION", *block, "    ### END SOLUTION"] if is_hidden else block
        visible += ['    raise NotImplementedError("f is not written yet")'] if is_hidden else block
    stub = stubs.make("\n".join(lines), "f.py")
    assert stub.splitlines() == visible
    assert stubs.make(stub, "f.py") == stub


def test_all_stubs_of_a_folder_are_made_and_data_is_copied(tmp_path: Path) -> None:
    (tmp_path / "cell.py").write_text(CELL)
    (tmp_path / "words.csv").write_text("good,1\n")
    (tmp_path / "__pycache__").mkdir()
    assert stubs.make_all(tmp_path) == {"cell.py": CELL_STUB, "words.csv": "good,1\n"}


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="no sources"):
        stubs.make_all(tmp_path)


# --- the assignment itself ------------------------------------------------------------------------


def test_no_line_of_a_solution_is_in_any_stub() -> None:
    """Lines of more than 20 characters that are nowhere in a visible part are nowhere in a stub."""
    parts = [split(path) for path in SOURCES.values()]
    visible = "\n".join(line for part, _ in parts for line in part)
    secret = {line for _, part in parts for line in part if len(line) > 20 and line not in visible}
    assert len(secret) > 60
    given_out = {path: path.read_text(encoding="utf-8") for path in HANDED_OUT.glob("*.[pm][yd]")}
    assert [(path.name, line) for path, text in given_out.items() for line in secret if line in text] == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".py")])
def test_an_untouched_stub_imports_and_each_part_of_it_is_unwritten(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every function and every constructor of a stub raises NotImplementedError with its own name."""
    monkeypatch.syspath_prepend(str(HANDED_OUT))
    for other in SOURCES:
        monkeypatch.delitem(sys.modules, Path(other).stem, raising=False)
    spec = importlib.util.spec_from_file_location("stub_under_test", HANDED_OUT / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = 0
    for node in ast.parse((HANDED_OUT / name).read_text()).body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        code = node
        if isinstance(node, ast.ClassDef):
            code = next(item for item in node.body if isinstance(item, ast.FunctionDef))
        arguments = [None] * (len(code.args.args) - len(code.args.defaults) - isinstance(node, ast.ClassDef))
        keywords = {argument.arg: None for argument in code.args.kwonlyargs}
        owner = f"{node.name}.__init__" if isinstance(node, ast.ClassDef) else node.name
        with pytest.raises(NotImplementedError, match=rf"^{re.escape(owner)} is not written yet$"):
            getattr(module, node.name)(*arguments, **keywords)
        found += 1
    for other in SOURCES:
        sys.modules.pop(Path(other).stem, None)
    assert found


def test_written_answers_are_handed_out_with_one_place_to_answer() -> None:
    for path in HANDED_OUT.glob("written_*.md"):
        assert path.read_text(encoding="utf-8").count(stubs.PLACEHOLDER) == 1
        assert path.read_text(encoding="utf-8").rstrip().endswith(f"## Your answer\n\n{stubs.PLACEHOLDER}")


def test_the_points_of_the_handout_sum_to_a_hundred() -> None:
    rows = re.findall(r"^\| \w+ \| `([\w.]+)` \| .* \| (\d+)[^|]*\|$", (HANDED_OUT / "README.md").read_text(), re.M)
    assert sum(int(points) for _, points in rows) == 100
    assert {file for file, _ in rows} == set(SOURCES) - {"README.md"}


def test_stubs_are_formatted_and_without_lint() -> None:
    """Taking a solution out leaves what a formatter would have written."""
    pytest.importorskip("ruff", reason="the lint group is not installed")
    for command in (["format", "--check"], ["check", "--quiet"]):
        words = [sys.executable, "-m", "ruff", *command, *map(str, HANDED_OUT.glob("*.py"))]
        run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
