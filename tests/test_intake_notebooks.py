"""Notebooks and scripts: what is kept of them, at which line, and the written answers."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import intake
from autograder.intake import magics
from autograder.model import SourceFile, Submission
from tests.test_intake import CELL, DATA, GRU, write
from tests.test_intake_broken import only, read

ROOT = Path(__file__).parent.parent


def notebook(tmp_path: Path, *cells: str, name: str = "work.ipynb") -> Path:
    """A real notebook: ``#md `` in front of a text makes it a Markdown cell."""
    made: list[Any] = [
        new_markdown_cell(text[4:]) if text.startswith("#md ") else new_code_cell(text) for text in cells
    ]
    path = tmp_path / name
    nbformat.write(new_notebook(cells=made), path)
    return path


def kept(file: SourceFile) -> list[tuple[str, int, str]]:
    return [(unit.name, unit.line, unit.source) for unit in file.units]


def script(tmp_path: Path, text: str) -> SourceFile:
    write(tmp_path, {"lstm.py": text})
    (file,) = read(tmp_path / "lstm.py").files
    return file


def fallback(tmp_path: Path, text: str) -> list[str]:
    return [unit.source for unit in script(tmp_path, text).fallback]


# --- notebooks -----------------------------------------------------------------------------------


def test_a_notebook_gives_its_definitions_one_by_one_with_cell_and_line(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "#md # Homework",
        "%matplotlib inline\nimport torch\n\nH = 4",
        "for i in range(9):\n    print(i)",
        CELL,
    )
    (file,) = read(path).files
    assert (file.tolerant, file.module, file.defines) == (True, "work", ("LSTMCell",))
    assert kept(file) == [
        ("work.ipynb, cell 2", 2, "import torch"),
        ("work.ipynb, cell 2", 4, "H = 4"),
        ("work.ipynb, cell 4", 1, "class LSTMCell:\n    pass"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip install x",
        "?torch",
        "torch.nn?",
        "torch.nn??",
        "files = !ls",
        "t = %time f()",
        "!a \\\n  b",
    ],
)
def test_lines_for_jupyter_go_and_no_line_moves(line: str) -> None:
    source = f"import torch\n{line}\nif True:\n    {line}\n\nx = 1"
    text = magics.to_python(source)
    ast.parse(text)
    assert text.count("\n") == source.count("\n")
    assert text.split("\n")[-1] == "x = 1"
    assert text.startswith("import torch\n")


def test_what_only_looks_like_a_magic_stays() -> None:
    source = 'x = (7\n  % 4)\ntext = """\n%matplotlib\n!ls\n"""\n%time y = 3\ny = x \\\n  % 2'
    assert magics.to_python(source) == source.replace("%time y", "y")


@pytest.mark.parametrize(
    ("first", "stays"), [("%%time", True), ("%%bash", False), ("%%html", False), ("%%writefile a.py", True)]
)
def test_cell_magics_decide_about_the_whole_cell(tmp_path: Path, first: str, stays: bool) -> None:
    (file,) = read(notebook(tmp_path, f"{first}\n{CELL}", GRU)).files
    assert ("LSTMCell" in file.defines) is stays
    assert all(line == 2 for _, line, source in kept(file) if "LSTMCell" in source)


def test_a_broken_cell_costs_only_itself(tmp_path: Path) -> None:
    submission = read(notebook(tmp_path, "class LSTMCell:\n    def f(self:\n        pass", GRU))
    problem = only(submission)
    assert (problem.file, problem.line, problem.names) == ("work.ipynb, cell 1", 2, ("LSTMCell",))
    assert submission.files[0].defines == ("GRUCell",)


def test_a_definition_in_two_cells_is_noted_and_the_last_one_runs_last(tmp_path: Path) -> None:
    submission = read(notebook(tmp_path, CELL, "class LSTMCell:\n    late = True"))
    assert submission.notes == ("work.ipynb defines LSTMCell in cells 1 and 2; the last one counts.",)
    assert "late" in submission.files[0].units[-1].source


def test_top_level_await_is_no_syntax_error(tmp_path: Path) -> None:
    submission = read(notebook(tmp_path, "x = await f()\n" + CELL))
    assert submission.problems == ()
    assert [unit.line for unit in submission.files[0].units] == [2]


def test_a_notebook_of_format_3_is_read() -> None:
    submission = read(DATA / "version3.ipynb")
    (file,) = submission.files
    assert kept(file) == [("version3.ipynb, cell 3", 2, "class LSTMCell:\n    size = 3")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "is empty"),
        ("class X: pass", "is not valid JSON (line 1: Expecting value), so it is no notebook"),
        ('{"a": 1}', "is JSON but no notebook: it has no list of cells"),
        ("[" * 100_000, "is nested too deeply to be a notebook"),
        ('{"cells": []}', "is a notebook without any text in its cells"),
        (
            "{" + "1" * 9000,
            "is not valid JSON (line 1: Expecting property name enclosed in double quotes), so it is no notebook",
        ),
    ],
)
def test_what_is_no_notebook_is_a_fatal_finding(tmp_path: Path, data: str, message: str) -> None:
    write(tmp_path, {"work.ipynb": data})
    problem = only(read(tmp_path / "work.ipynb"))
    assert (problem.message, problem.fatal) == (message, True)


def test_a_notebook_that_was_renamed_to_py_is_read_as_one(tmp_path: Path) -> None:
    notebook(tmp_path, CELL).rename(tmp_path / "work.py")
    submission = read(tmp_path / "work.py")
    assert submission.files[0].tolerant
    assert submission.notes == ("work.py is a notebook under another name and was read as one.",)


def test_a_python_file_with_lines_for_a_notebook_is_read_without_them(tmp_path: Path) -> None:
    text = f"!pip install torch \\\n  numpy\n%matplotlib inline\n{CELL}files = !ls\nx = 7 \\\n  % 4\n"
    write(tmp_path, {"lstm.py": text})

    submission = read(tmp_path / "lstm.py")

    assert submission.problems == ()
    assert submission.notes == ("lstm.py: lines 1, 2, 3 and 6 are for a notebook and no Python, and did not count.",)
    ran: dict[str, Any] = {}
    exec(submission.files[0].units[0].source, ran)
    assert (ran["x"], submission.files[0].defines) == (3, ("LSTMCell",))


def test_a_python_file_that_is_wrong_in_itself_keeps_its_own_line(tmp_path: Path) -> None:
    write(tmp_path, {"lstm.py": f"!ls\n{CELL}x = (\n"})
    problem = only(read(tmp_path / "lstm.py"))
    assert (problem.line, problem.names) == (1, ("LSTMCell",))


# --- the selection -------------------------------------------------------------------------------

DEFINES = "def build(n):\n    return n\n"


@pytest.mark.parametrize(
    "line",
    [
        "import numpy as np",
        "from torch import *",
        "device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')",
        "criterion = nn.CrossEntropyLoss()",
        "STOP = {'a', 'b'}",
        "a, b = 1, 2",
        "size: int = 3",
        "TABLE['x'] = 4",
        "KINDS = {'lstm': build}",
        "act = lambda x: build(x)",
        "torch.manual_seed(0)",
        "torch.set_default_dtype(torch.float64)",
        "sys.path.append('.')",
        "warnings.filterwarnings('ignore')",
        "if TYPE_CHECKING:\n    from torch import Tensor",
        "try:\n    import einops\nexcept ImportError:\n    einops = None",
        "try:\n    import einops\nexcept ImportError:\n    print('no einops')",
        "if torch.cuda.is_available():\n    device = 'cuda'\nelse:\n    device = 'cpu'",
        "@decorated\nasync def f():\n    pass",
        "squares = [x * x for x in range(9)]",
        "WORD = re.compile(r'a+')",
        "with torch.no_grad():\n    def f():\n        pass",
        "for _ in range(1):\n    def f():\n        pass",
    ],
)
def test_definitions_and_constants_are_kept(tmp_path: Path, line: str) -> None:
    assert fallback(tmp_path, f"{DEFINES}{line}\n") == [DEFINES.rstrip(), line]


@pytest.mark.parametrize(
    "line",
    [
        "model = build(3)",
        "y = [build(i) for i in range(3)]",
        "data = open('x.txt').read()",
        "frame = pd.read_csv('x.csv')",
        "fig, ax = plt.subplots()",
        "plt.rcParams['figure.figsize'] = (3, 4)",
        "weights = torch.load('w.pt')",
        "for i in range(3):\n    pass",
        "while True:\n    pass",
        "with torch.no_grad():\n    z = 1",
        "print('hello')",
        "build(3)",
        "assert build(3) == 3",
        "if __name__ == '__main__':\n    import sys",
        "if build(3):\n    x = 1",
        "try:\n    model = build(3)\nexcept ValueError:\n    model = None",
        "torch.manual_seed(build(3))",
        "fast = torch.compile(build)",
        "with open('x.txt') as file:\n    def f():\n        pass",
        "with torch.no_grad():\n    def f():\n        pass\n    f()",
        "for i in range(10**9):\n    def f():\n        pass",
        "for i in count():\n    def f():\n        pass",
        "while True:\n    def f():\n        pass",
        "losses.append(build(3))",
        "parser.add_argument('--size')",
    ],
)
def test_training_reading_and_plotting_are_dropped(tmp_path: Path, line: str) -> None:
    assert fallback(tmp_path, f"{DEFINES}{line}\n") == [DEFINES.rstrip()]


USER = "def use(x):\n    return x, made\n"


@pytest.mark.parametrize(
    "lines",
    [
        ["class Config:\n    size = 3", "made = Config()"],
        ["@dataclass\nclass Config:\n    size: int = 3", "config = Config(size=4)", "made = config.size"],
        ["def device():\n    return torch.device('cpu')", "made = device()"],
        ["def made_of(n):\n    return {i: i for i in range(3)}", "made = made_of(4)"],
        ["class Net(nn.Module):\n    def __init__(self):\n        super().__init__()", "made = Net().to('cpu').eval()"],
        [
            "class Words:\n    def ids(self, text):\n        return [w for w in text.split()]",
            "made = Words().ids('a b')",
        ],
        ["made = argparse.ArgumentParser()", "made.add_argument('--size', default=2)"],
        ["class Book(dict):\n    pass", "made = Book()", "made.update(a=1)"],
    ],
)
def test_what_definitions_read_may_be_made_by_own_code_that_does_no_work(tmp_path: Path, lines: list[str]) -> None:
    assert fallback(tmp_path, "\n".join([*lines, USER])) == [*lines, USER.rstrip()]


@pytest.mark.parametrize(
    "lines",
    [
        ["def train(m):\n    m.loss.backward()", "made = train(3)"],
        ["def train(m):\n    for epoch in range(m):\n        print(epoch)", "made = train(3)"],
        ["def train(m):\n    while m:\n        m += 1", "made = train(3)"],
        ["def train(m):\n    m.step()", "def go(m):\n    return train(m)", "made = go(3)"],
        ["def train(m):\n    m.step()", "def go(f):\n    return f(3)", "made = go(train)"],
        ["def train(m):\n    m.step()", "def go():\n    f = train\n    return f(3)", "made = go()"],
        ["def train(m):\n    m.step()", "TRAIN = {'a': train}", "made = TRAIN['a'](3)"],
        ["class A:\n    def __init__(self):\n        self.go()\n    def go(self):\n        fit(self)", "made = A()"],
        ["class A:\n    def go(self):\n        self.m.step()", "made = A().go()"],
        ["class A:\n    def __init__(self):\n        self.rows = open('x').read()", "made = A()"],
        ["class A:\n    rows = [input() for i in '12']", "made = A()"],
        ["class A:\n    def __init__(self):\n        sleep(9)", "class B(A):\n    pass", "made = B()"],
        ["def f(n):\n    return f(n - 1) + f(n - 2)", "made = f(90)"],
        ["def f(n):\n    return g(n) + g(n)", "def g(n):\n    return f(n)", "made = f(90)"],
        ["def f(n):\n    return [x for x in range(n)]", "made = f(10**12)"],
        ["def f():\n    return [x for x in itertools.count()]", "made = f()"],
        ["def f():\n    return 3", "unread = f()"],
    ],
)
def test_own_code_that_may_work_or_that_nobody_reads_is_not_run(tmp_path: Path, lines: list[str]) -> None:
    assert fallback(tmp_path, "\n".join([*lines, USER])) == [*lines[:-1], USER.rstrip()]


def test_a_definition_is_not_replaced_by_what_it_gave(tmp_path: Path) -> None:
    text = "def count(m):\n    return 3\n\n\ncount = count(4)\n\n\ndef use():\n    return count\n"
    assert len(fallback(tmp_path, text)) == 2


def test_names_that_nothing_binds_which_is_run_are_kept_with_their_places(tmp_path: Path) -> None:
    path = notebook(tmp_path, "x = 1\nmodel = fit()\nfor x in y:\n    z = x", f"{CELL}\nz = 3")
    assert read(path).unrun == {"model": "work.ipynb, cell 1 line 2"}


def test_what_depends_on_a_dropped_statement_is_dropped_until_it_is_bound_anew(tmp_path: Path) -> None:
    text = f"{DEFINES}model = build(3)\nsize = model.size\nopt = SGD(model)\nmodel = 4\nlast = model\n"
    assert fallback(tmp_path, text) == [DEFINES.rstrip(), "model = 4", "last = model"]


def test_names_from_the_submissions_other_files_are_its_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "cell.py": CELL,
            "main.py": "from cell import LSTMCell as C\nimport cell\na = C()\nb = cell.LSTMCell()\nc = 1\n",
        },
    )
    main = next(file for file in read(tmp_path).files if file.name == "main.py")
    assert [unit.source for unit in main.fallback] == ["from cell import LSTMCell as C", "import cell", "c = 1"]


def test_a_script_is_one_unit_and_its_pieces_are_the_fallback(tmp_path: Path) -> None:
    text = '"""Words."""\nimport torch; import sys; print(1)\n\n@wrap\nclass LSTMCell:\n    pass\n\nfor x in y: pass\n'
    file = script(tmp_path, text)
    assert (file.tolerant, kept(file)) == (False, [("lstm.py", 1, text)])
    assert [(unit.line, unit.source) for unit in file.fallback] == [
        (1, '"""Words."""'),
        (2, "import torch"),
        (2, "import sys"),
        (4, "@wrap\nclass LSTMCell:\n    pass"),
    ]


def test_a_future_import_rules_the_pieces_too(tmp_path: Path) -> None:
    file = script(tmp_path, "from __future__ import annotations\nx = 1\n\ndef f(a: Later) -> Later:\n    return a\n")
    space: dict[str, Any] = {}
    for unit in file.fallback:
        exec(compile("\n" * (unit.line - 1) + unit.source, unit.name, "exec", dont_inherit=True), space)
    assert space["f"].__annotations__["a"] == "Later"
    assert space["f"].__code__.co_firstlineno == 4


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "x = 1",
                "import os",
                "def f():\n  return 'é'",
                "print(2)",
                "y = 'ü'; z = 3",
                "",
                "#c",
                "@d\nclass A: pass",
            ]
        )
    )
)
def test_every_piece_lies_where_its_line_says(pieces: list[str]) -> None:
    import tempfile

    text = "\n".join(["a = 1", *pieces])
    with tempfile.TemporaryDirectory() as folder:
        file = script(Path(folder), text)
    lines = text.split("\n")
    for unit in file.fallback:
        assert unit.source in "\n".join(lines[unit.line - 1 :])
        assert unit.source.split("\n")[0] in lines[unit.line - 1]


# --- names of modules and the digest -------------------------------------------------------------


def imports(tmp_path: Path, files: dict[str, str | bytes]) -> dict[str, str]:
    write(tmp_path, files)
    return {file.name: file.module for file in read(tmp_path).files}


def test_odd_file_names_become_modules_of_their_own(tmp_path: Path) -> None:
    found = imports(
        tmp_path,
        {
            "my lstm (1).py": CELL,
            "1.py": GRU,
            "class.py": GRU,
            "lstm.py": GRU,
            "lstm (2).py": GRU,
            "lstm.ipynb": '{"cells": [{"cell_type": "code", "source": "x = 1"}]}',
        },
    )
    assert found["my lstm (1).py"] == "my_lstm"
    assert found["class.py"] == "class_"
    assert found["lstm.py"] == "lstm"
    assert len(set(found.values())) == 6
    assert all(name.isidentifier() for name in found.values())


def test_packages_keep_their_names_and_mere_folders_have_none(tmp_path: Path) -> None:
    found = imports(
        tmp_path,
        {
            "lstm.py": "from helpers.util import f\nimport kit.deep.x\n",
            "helpers/util.py": GRU,
            "src/gru.py": GRU,
            "kit/__init__.py": "a = 1\n",
            "kit/deep/x.py": GRU,
        },
    )
    assert found == {
        "lstm.py": "lstm",
        "helpers/util.py": "helpers.util",
        "src/gru.py": "gru",
        "kit/__init__.py": "kit",
        "kit/deep/x.py": "kit.deep.x",
    }


def test_the_folder_that_wraps_everything_counts_for_nothing(tmp_path: Path) -> None:
    found = imports(tmp_path, {"hw/final/lstm.py": CELL, "hw/final/pack/__init__.py": "x = 1\n", "README.md": "x"})
    assert found == {"lstm.py": "lstm", "pack/__init__.py": "pack"}


def test_the_digest_is_of_content_whatever_it_is_packed_in(tmp_path: Path) -> None:
    from tests.test_intake import pack

    files: dict[str, str | bytes] = {"lstm.py": CELL, "kit/gru.py": GRU}
    folder = read(write(tmp_path / "a", files)).digest
    assert folder.startswith("sha256:")
    assert read(pack(tmp_path / "b.zip", {f"hw/{n}": files[n] for n in reversed(files)})).digest == folder
    assert read(write(tmp_path / "c", {**files, "data.csv": "1", ".DS_Store": "2"})).digest == folder
    assert read(write(tmp_path / "d", {**files, "lstm.py": CELL + "\n"})).digest != folder
    assert read(write(tmp_path / "e", {"lstm2.py": CELL, "kit/gru.py": GRU})).digest != folder


def test_the_file_that_is_filled_in_is_said_to_count(tmp_path: Path) -> None:
    stub = "class LSTMCell:\n    def forward(self, x):\n        raise NotImplementedError\n"
    write(tmp_path, {"lstm.py": stub, "mine.py": CELL})
    assert read(tmp_path).notes == ("LSTMCell is defined in lstm.py and mine.py; the one in mine.py counts.",)


# --- written answers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aside", "counts"),
    [
        ("work_old.py", "a_work.py"),
        ("zz backup.py", "a_work.py"),
        ("old/zz.py", "a_work.py"),
        ("zz-Kopie.py", "a_work.py"),
        ("zz_alt.py", "a.ipynb"),
        ("zz_golden.py", "zz_golden.py"),
    ],
)
def test_a_file_that_says_it_is_old_counts_after_the_others(tmp_path: Path, aside: str, counts: str) -> None:
    write(tmp_path, {aside: CELL, **({counts: CELL} if counts.endswith(".py") else {})})
    if counts.endswith(".ipynb"):
        notebook(tmp_path, CELL, name=counts)
    if aside == counts:
        write(tmp_path, {"a.py": CELL})

    submission = read(tmp_path)

    assert submission.notes[0].endswith(f"the one in {counts} counts.")
    assert submission.files[-1].name == counts


def answer(submission: Submission) -> str:
    return submission.answers.get("written_rnn", "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Weights are shared.\n", "Weights are shared."),
        ("# T\n\nThe question?\n\n## Your answer\n\nBecause.\n", "Because."),
        ("The question?\n<!-- answer: written_rnn -->\nBecause.\n<!-- end answer -->\nBye", "Because."),
        ("# Q\n\n## Your answer\n\n*Your answer here.*\n", ""),
        ("<!-- write below -->\n\n", ""),
    ],
)
def test_a_markdown_file_is_an_answer(tmp_path: Path, text: str, wanted: str) -> None:
    write(tmp_path, {"lstm.py": CELL, "written_rnn.md": text})
    assert answer(read(tmp_path)) == wanted


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (
            ["#md <!-- answer: written_rnn -->\nBecause.", "#md And so on.", "x = 1", "#md Other."],
            "Because.\n\n\n\nAnd so on.",
        ),
        (["#md <!-- answer: written_rnn -->\nBecause.", "#md ## Part 2\nOther."], "Because."),
        (
            ["#md ## Why weights are shared\nBecause.", "#md ### a)\nMore.", "#md ## Next\nOther."],
            "Because.\n\n### a)\nMore.",
        ),
        (["#md ## Written: Why weights are shared\nQuestion?", "#md ## Your answer\nBecause."], "Because."),
        (
            ["#md ## Why weights are shared\nQuestion?", "x = 1", "#md <!-- answer: written_rnn -->\nBecause."],
            "Because.",
        ),
        (["#md ## Something else\nBecause."], ""),
        (["#md <!-- answer: written_rnn -->\n*Your answer here*"], ""),
    ],
)
def test_a_notebooks_markdown_cells_are_answers(tmp_path: Path, cells: list[str], wanted: str) -> None:
    got = answer(read(notebook(tmp_path, *cells, CELL)))
    assert got.split() == wanted.split()


@pytest.mark.parametrize("where", ["id", "grade_id"])
def test_an_answer_whose_mark_was_deleted_is_known_by_its_cell(tmp_path: Path, where: str) -> None:
    named = new_markdown_cell("Because.\n\n## a)\nMore.")
    named["id"] = "answer-written_rnn" if where == "id" else "any"
    named["metadata"] = {"nbgrader": {"grade_id": "written_rnn"}} if where == "grade_id" else {}
    cells = [new_code_cell(CELL), named, new_code_cell("x = 1"), new_markdown_cell("Other.")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "work.ipynb")

    submission = read(tmp_path / "work.ipynb")

    assert answer(submission) == "Because.\n\n## a)\nMore."
    assert submission.notebooks[0].places["written_rnn"] == (2,)


def test_a_cells_name_gives_way_to_a_mark(tmp_path: Path) -> None:
    named = new_markdown_cell("Notes.", id="answer-written_rnn")
    cells = [named, new_code_cell(CELL), new_markdown_cell("<!-- answer: written_rnn -->\nBecause.")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "work.ipynb")
    assert answer(read(tmp_path / "work.ipynb")) == "Because."


def test_code_in_a_cell_that_is_named_like_an_answer_stays_code(tmp_path: Path) -> None:
    cells = [new_code_cell(CELL, id="answer-written_rnn"), new_code_cell("It's shared", id="answer-written_rnn-2")]
    cells[1]["metadata"] = {"nbgrader": {"grade_id": "written_rnn"}}
    content = new_notebook(cells=cells)
    nbformat.write(content, tmp_path / "work.ipynb")
    submission = read(tmp_path / "work.ipynb")
    assert (answer(submission), submission.files[0].defines) == ("It's shared", ("LSTMCell",))
    assert submission.notes == ("work.ipynb, cell 2 holds a written answer and was read as text.",)


def handed_out(answered: str, *, named: bool) -> bytes:
    """The handout's own notebook with every answer's cell overwritten; ``named``: ids and metadata are left."""
    content = json.loads((ROOT / "assignments" / "rnn" / "rnn.ipynb").read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["id"].startswith("answer-"):
            cell["source"] = answered
        if not named:
            del cell["id"]
            cell["metadata"] = {}
    return json.dumps(content | {"nbformat_minor": 5 if named else 2}).encode()


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("answered", ["All steps share the weights.", "*Your answer here.*"])
def test_answers_that_replaced_the_mark_in_the_handouts_notebook_are_collected(
    tmp_path: Path, rnn: Any, answered: str, named: bool
) -> None:
    write(tmp_path, {"rnn.ipynb": handed_out(answered, named=named)})
    (submission,) = intake.receive([tmp_path / "rnn.ipynb"], rnn.exercises).submissions
    written = [exercise for exercise in rnn.exercises if exercise.written]
    own = {e.id: rnn.own_words(e, submission.answers.get(e.id, "")) for e in written}
    assert own == {e.id: answered if answered.startswith("All") else "" for e in written}


def test_a_submission_of_answers_alone_is_not_fatal(tmp_path: Path) -> None:
    write(tmp_path, {"written_rnn.md": "Because."})
    submission = read(tmp_path)
    assert answer(submission) == "Because."
    assert not only(submission).fatal
