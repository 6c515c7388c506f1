"""Broken and hostile files become findings of one student and stop nobody."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import intake
from autograder.intake import archive, limits, syntax
from autograder.model import Problem, Submission
from tests.test_intake import CELL, EXERCISES, GRU, pack, write


def read(path: Path) -> Submission:
    """The one submission at ``path``."""
    (submission,) = intake.receive([path], EXERCISES, mode="single").submissions
    return submission


def only(submission: Submission) -> Problem:
    (problem,) = submission.problems
    return problem


# --- files ---------------------------------------------------------------------------------------


def test_an_empty_file_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, {"lstm.py": "", "gru.py": GRU, "helpers/__init__.py": ""})
    submission = read(tmp_path)
    assert (only(submission).file, only(submission).message, only(submission).fatal) == ("lstm.py", "is empty", False)


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"# caf\xe9\n" + CELL.encode(), 1, "byte 0xe9"),
        (b"x = 1\n\0\n" + CELL.encode(), 2, "NUL"),
        (CELL.encode("utf-16"), None, "UTF-16"),
        (b"# -*- coding: klingon -*-\n" + CELL.encode(), 1, "klingon"),
        (b"# coding: rot13\n" + CELL.encode(), 1, "rot13"),
    ],
)
def test_what_is_no_text_is_a_finding_with_the_names_that_are_lost(
    tmp_path: Path, data: bytes, line: int | None, part: str
) -> None:
    write(tmp_path, {"lstm.py": data})
    problem = only(read(tmp_path))
    assert part in problem.message
    assert (problem.line, problem.fatal) == (line, True)
    assert problem.hint
    assert problem.names == (() if line is None else ("LSTMCell",))


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf# \xc3\xa9\r\n",
        b"# -*- coding: latin-1 -*-\n# \xe9\n",
        b"#!x\n# vim: set fileencoding=cp1252 :\n# \x80\n",
    ],
)
def test_declared_and_marked_encodings_are_read(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"lstm.py": data + CELL.encode()})
    submission = read(tmp_path)
    assert submission.problems == ()
    assert submission.files[0].defines == ("LSTMCell",)


def test_a_syntax_error_says_line_code_and_lost_names_and_costs_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, {"lstm.py": CELL + "def helper():\n    return (1,\n\nx = 2\n", "gru.py": GRU})
    submission = read(tmp_path)
    problem = only(submission)
    assert (problem.file, problem.line, problem.code) == ("lstm.py", 4, "return (1,")
    assert problem.message == "syntax error: '(' was never closed"
    assert problem.names == ("LSTMCell", "helper")
    assert "bracket" in problem.hint
    assert [file.name for file in submission.files] == ["gru.py"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x = “a”\n", "curly"),
        ("<<<<<<< HEAD\nx = 1\n", "merge"),
        ("def f():\nreturn 1\n", "indentation"),
        ("import torch\n```python\nx = 1\n", "mark of Markdown"),
        ("x = 1\n>>> x\n1\n", "prompt of an interactive session"),
        ("x = 1\n%%bash\nls -la ~\n", "command for a notebook"),
        ("if 1:\n        x = 1\n\ty = 2\n", "Tabs"),
    ],
)
def test_common_syntax_errors_have_their_own_hint(tmp_path: Path, text: str, hint: str) -> None:
    write(tmp_path, {"lstm.py": text})
    assert hint.casefold() in only(read(tmp_path)).hint.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "-" * 20000 + "1",
        "x = " + "[" * 150 + "]" * 149,
        "x = a" + ".b" * 20000,
        "x = " + "1+" * 20000 + "1",
        "not " * 50000 + "1",
        "if 1: pass\n" + "elif 1: pass\n" * 3000,
        "x = " + "f(" * 90 + ")" * 90,
    ],
)
def test_deep_nesting_is_survived(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"deep.py": text + "\n", "gru.py": "import torch\n" + GRU})
    submission = read(tmp_path)
    assert "gru.py" in {file.name for file in submission.files}
    assert len(submission.files) + len(submission.problems) == 2


def test_a_file_of_200_mb_is_a_finding_and_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"gru.py": GRU})
    with (tmp_path / "lstm.py").open("wb") as file:
        file.truncate(200_000_000)  # sparse: it takes no room
    submission = read(tmp_path)
    assert only(submission).message == "is too large (200 MB); at most 1.0 MB are read"
    assert [file.name for file in submission.files] == ["gru.py"]


def test_links_and_pipes_are_never_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.py": "class Secret: pass\n"})
    ada = write(tmp_path / "ada", {"lstm.py": CELL})
    (ada / "secret.py").symlink_to(outside / "secret.py")
    (ada / "folder").symlink_to(outside)
    (ada / "twin.py").symlink_to(ada / "lstm.py")
    (ada / "loop.py").symlink_to(ada / "loop.py")
    os.mkfifo(ada / "pipe.py")
    submission = read(ada)
    assert [file.name for file in submission.files] == ["lstm.py"]
    assert {p.file for p in submission.problems} == {"secret.py", "folder", "loop.py", "pipe.py"}
    assert any("twin.py is a link" in note for note in submission.notes)


def test_a_link_in_a_class_folder_is_a_finding_of_that_student(tmp_path: Path) -> None:
    write(tmp_path, {"class/ada/lstm.py": CELL, "class/bob/lstm.py": CELL, "secret/lstm.py": CELL})
    (tmp_path / "class" / "cleo").symlink_to(tmp_path / "secret")
    submissions = intake.receive([tmp_path / "class"], EXERCISES).submissions
    assert [s.student for s in submissions] == ["ada", "bob", "cleo"]
    assert (only(submissions[2]).message, submissions[2].files) == ("is a link, so it is not read", ())


def test_junk_is_listed_but_not_read(tmp_path: Path) -> None:
    junk = [
        "__pycache__/lstm.py",
        ".git/x.py",
        ".ipynb_checkpoints/a.py",
        "venv/lib/t.py",
        "mine/pyvenv.cfg",
        "mine/t.py",
    ]
    write(tmp_path, {"lstm.py": CELL, "data.csv": "1", "._lstm.py": b"\0", **dict.fromkeys(junk, CELL)})
    submission = read(tmp_path)
    assert [file.name for file in submission.files] == ["lstm.py"]
    assert submission.problems == ()
    assert {"__pycache__/", ".git/", "venv/", "mine/", "data.csv", "._lstm.py", "lstm.py"} <= set(submission.received)


@pytest.mark.parametrize("checks", ["checks/__init__.py", "checks.py"])
def test_the_handouts_own_grading_folder_is_never_the_students_work(tmp_path: Path, checks: str) -> None:
    """Its stand-ins bear the names that are graded: an untouched handout must not earn their points."""
    handout: dict[str, str | bytes] = {
        "lstm.py": "class LSTMCell:\n    def forward(self, x):\n        raise NotImplementedError\n",
        "grading/__init__.py": "",
        f"grading/{checks}": "x = 1\n",
        "grading/probes/__init__.py": "x = 1\n",
        "grading/probes/stand_ins.py": CELL,
        "data/words.json": "{}",
    }
    whole = intake.receive([write(tmp_path / "ada", handout)], EXERCISES)
    packed = intake.receive([pack(tmp_path / "bob.zip", {f"rnn/{n}": t for n, t in handout.items()})], EXERCISES)
    for result in (whole, packed):
        (submission,) = result.submissions
        assert result.kind == "single"
        assert [file.name for file in submission.files] == ["lstm.py"]
        assert any(name.endswith("grading/") for name in submission.received)


def test_too_many_files_are_cut_off_with_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.intake.folder.MAX_MEMBERS", 5)
    write(tmp_path, {f"f{i}.py": CELL for i in range(9)})
    submission = read(tmp_path)
    assert len(submission.files) == 5
    assert "more than 5 files" in only(submission).message


# --- zips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04" + b"\0" * 60, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_a_fatal_finding(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"ada.zip": data})
    problem = only(read(tmp_path / "ada.zip"))
    assert (problem.file, problem.fatal) == ("ada.zip", True)
    assert problem.hint


def test_a_zip_that_was_cut_off_or_damaged_is_a_finding(tmp_path: Path) -> None:
    whole = pack(tmp_path / "a.zip", {"lstm.py": CELL * 50}).read_bytes()
    write(tmp_path, {"cut.zip": whole[: len(whole) // 2], "bad.zip": whole[:50] + b"\xff\xff\xff" + whole[53:]})
    assert only(read(tmp_path / "cut.zip")).fatal
    assert "cannot be unpacked" in only(read(tmp_path / "bad.zip")).message


@pytest.mark.parametrize(
    "name",
    ["../lstm.py", "/lstm.py", "hw/../../lstm.py", "..\\lstm.py", "C:\\lstm.py", "C:lstm.py", "a/" * 600 + "x.py"],
)
def test_paths_that_lead_out_are_not_read(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / "ada.zip", {name: CELL, "gru.py": GRU})
    submission = read(path)
    assert [file.name for file in submission.files] == ["gru.py"]
    assert "so it is not read" in only(submission).message


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_not_read(tmp_path: Path, mode: int) -> None:
    path = pack(tmp_path / "ada.zip", {"gru.py": GRU})
    with zipfile.ZipFile(path, "a") as file:
        member = zipfile.ZipInfo("lstm.py")
        member.create_system = 3
        member.external_attr = (mode | 0o644) << 16
        file.writestr(member, "/etc/passwd")
    submission = read(path)
    assert only(submission).file == "lstm.py"
    assert [file.name for file in submission.files] == ["gru.py"]


def test_an_encrypted_member_is_a_finding(tmp_path: Path) -> None:
    path = pack(tmp_path / "ada.zip", {"lstm.py": CELL})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert only(read(path)).message == "is encrypted in the zip"


def test_a_bomb_is_stopped_by_what_it_declares_and_by_what_comes_out(tmp_path: Path) -> None:
    honest = pack(tmp_path / "a.zip", {"lstm.py": b"#" * 30_000_000})
    assert "too large (30 MB)" in only(read(honest)).message
    data = bytearray(honest.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (100).to_bytes(4, "little")  # it now claims 100 bytes
    (tmp_path / "b.zip").write_bytes(data)
    lying = read(tmp_path / "b.zip")
    assert lying.files == ()
    assert only(lying).file == "lstm.py"


def test_many_large_members_stop_at_the_total(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("archive", "folder"):
        monkeypatch.setattr(f"autograder.intake.{place}.MAX_TOTAL", 2_000_000)
    path = pack(tmp_path / "a.zip", {f"f{i}.py": b"#" * 900_000 for i in range(5)})
    submission = read(path)
    assert len(submission.files) == 2
    assert len(submission.problems) == 3


def test_a_zip_of_thousands_of_members_is_not_opened(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(limits.MAX_MEMBERS * 9)})
    assert "members" in only(read(path)).message
    path = pack(tmp_path / "b.zip", {f"{i:05}.py": b"a = 1\n" for i in range(limits.MAX_MEMBERS + 5)})
    assert any("more than 2,000 files" in p.message for p in read(path).problems)


def test_methods_that_cost_memory_before_the_first_byte_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("lstm.py", CELL)
    assert "packed with a method" in only(read(tmp_path / "a.zip")).message


def test_a_zip_in_a_zip_is_left_alone_with_a_note(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"lstm.py": CELL}).read_bytes()
    submission = read(pack(tmp_path / "ada.zip", {"inner.zip": inner, "gru.py": GRU}))
    assert submission.notes == ("inner.zip is an archive inside the zip and was not opened.",)
    assert submission.problems == ()


def test_files_that_may_be_work_and_are_not_read_are_named(tmp_path: Path) -> None:
    others = dict.fromkeys(["gru.py.txt", "rest.tar.gz", "a.docx", "b.html", "data.csv", "requirements.txt"], b"x")
    write(tmp_path / "ada", {"lstm.py": CELL, "__pycache__/c.txt": b"x", ".hidden.txt": b"x", **others})

    submission = read(tmp_path / "ada")

    assert [(p.file, p.message, p.fatal) for p in submission.problems] == [
        ("gru.py.txt", "is not read, because its name ends in .txt", False),
        ("rest.tar.gz", "is an archive of a kind that is not opened; only .zip is", False),
    ]
    assert "under the name gru.py," in submission.problems[0].hint
    assert submission.notes == ("Not read, because only .py, .ipynb, .md and .zip files are: a.docx and b.html.",)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.docx": b"x", "b.png": b"x"}, "holds no Python file and no notebook, only a.docx and b.png"),
        ({"inner.zip": b"x", "b.txt": b"x"}, "holds no Python file and no notebook, only b.txt and inner.zip"),
        ({".DS_Store": b"x"}, "is empty: nothing was handed in"),
    ],
)
def test_where_nothing_can_be_read_what_there_is_is_named(
    tmp_path: Path, files: dict[str, str | bytes], message: str
) -> None:
    problem = only(read(pack(tmp_path / "ada.zip", files)))
    assert (problem.message, problem.fatal) == (message, True)


def test_a_name_twice_in_a_zip_counts_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("lstm.py", "class Old: pass\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("lstm.py", CELL)
    submission = read(tmp_path / "a.zip")
    assert submission.files[0].defines == ("LSTMCell",)
    assert submission.notes == ("lstm.py is in the zip twice; the last one counts.",)


def test_a_zip_in_a_folder_is_opened_only_where_nothing_lies_beside_it(tmp_path: Path) -> None:
    pack(tmp_path / "one" / "hw.zip", {"hw/lstm.py": CELL})
    pack(tmp_path / "two" / "old.zip", {"lstm.py": CELL})
    write(tmp_path / "two", {"gru.py": GRU})
    assert [f.name for f in read(tmp_path / "one").files] == ["lstm.py"]
    assert [f.name for f in read(tmp_path / "two").files] == ["gru.py"]
    assert read(tmp_path / "two").notes == ("old.zip was not opened, because there are source files beside it.",)


def test_a_directory_of_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = (
        write(
            tmp_path,
            {"a.zip": b"x" * 5_000_000 + b"PK\x05\x06" + b"\0" * 8 + (4_900_000).to_bytes(4, "little") + b"\0" * 6},
        )
        / "a.zip"
    )
    with pytest.raises(archive.Unreadable, match="members"), archive._opened(path, limits.MAX_MEMBERS):
        pass


# --- anything at all -----------------------------------------------------------------------------

_python = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.text(alphabet="()[]{}:=\n\t \"'\\%!?#xdefclas1.,;@*", max_size=200).map(str.encode),
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
_cell = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "heading", "raw"]),
        "source": st.text(max_size=80) | st.lists(st.text(max_size=20)),
    }
)


def survives(name: str, data: bytes) -> Submission:
    """Read a file of these bytes; whatever it is, our own code never fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        submission = read(path)
    assert not any("fault of the grader" in problem.message for problem in submission.problems)
    assert submission.files or submission.answers or any(problem.fatal for problem in submission.problems)
    repr(submission).encode("utf-8")
    return submission


@settings(max_examples=150, deadline=None)
@given(_python)
def test_any_bytes_may_be_called_python(data: bytes) -> None:
    for file in survives("x.py", data).files:
        for unit in file.fallback:
            syntax.parse(unit.source)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | _json.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_may_be_called_a_notebook(data: bytes) -> None:
    survives("x.ipynb", data)


@settings(max_examples=100, deadline=None)
@given(st.lists(_cell, max_size=5))
def test_any_cells_may_be_in_a_notebook(cells: list[object]) -> None:
    survives("x.ipynb", json.dumps({"nbformat": 4, "cells": cells}).encode())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_bytes_may_be_called_a_zip(data: st.DataObject) -> None:
    """Whole archives with some bytes changed, cut or put before them, and plain noise."""
    with tempfile.TemporaryDirectory() as folder:
        whole = bytearray(
            pack(Path(folder) / "a.zip", {"hw/lstm.py": CELL, "hw/a.ipynb": "{}", "b.md": "x"}).read_bytes()
        )
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    start = data.draw(st.binary(max_size=8))
    survives("x.zip", start + bytes(whole[: data.draw(st.integers(0, len(whole)))]))
