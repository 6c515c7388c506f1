"""What students receive: exactly what the sources give, nothing that answers, and no folder written over."""

from __future__ import annotations

import ast
import json
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import assignment as assignments
from autograder import handout
from autograder.cli import main
from autograder.errors import AssignmentError
from autograder.releasing import release, stubs
from autograder.releasing.release import Release
from autograder.sandbox import bundle

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions" / "rnn"
OWN = ROOT / "assignments" / "rnn"
CANARY = "CANARY-7f3e91c04d"
# Lines of the reference that stand in the grader's own training loop too, as in every text about PyTorch.
# By the file that may have them; nothing else of any solution may stand anywhere.
COMMON = {
    "grading/probes/accuracy.py": {
        "model.train()",
        "model.eval()",
        "with torch.no_grad():",
        "loss.backward()",
        "optimizer.zero_grad()",
        "optimizer.step()",
        "criterion = nn.CrossEntropyLoss()",
        "return model, vocab, history",  # quoted to whoever returns something else
    },
}
EVERYWHERE = {"with torch.no_grad():", "|---|---|---|", "|---|---|---|---|"}


def plain(text: str) -> str:
    """With single spaces."""
    return " ".join(text.split())


def readable(files: dict[str, bytes]) -> dict[str, str]:
    """The text of each file; of a notebook, its cells; of anything else, its bytes as characters."""
    texts = {}
    for name, content in files.items():
        if name.endswith(".ipynb"):
            texts[name] = "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])
        else:
            texts[name] = content.decode("utf-8", "replace")
    return texts


def secret_lines() -> list[tuple[str, str]]:
    """(source, line) for each line of a solution of 12 characters and more that its stub does not hold."""
    found = []
    for path in sorted((SOLUTIONS / "source").glob("*.[pm][yd]")):
        source, inside = path.read_text(encoding="utf-8"), False
        stub = plain(stubs.make(source, path.name))
        for line in source.splitlines():
            if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
                inside = "BEGIN" in line
            elif inside and len(plain(line)) >= 12 and plain(line) not in stub:
                found.append((path.name, plain(line)))
    return found


@pytest.fixture(scope="module")
def made() -> Release:
    return release.make(assignments.load(ROOT, "rnn"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release.build_wheel(tmp_path_factory.mktemp("wheel"))


# --- what is in it --------------------------------------------------------------------------------


def test_what_is_committed_is_exactly_the_release_without_the_wheel(made: Release) -> None:
    """Mend: autograder release rnn."""
    assert release.differences(made, OWN) == []


def test_the_same_sources_give_the_same_bytes(made: Release) -> None:
    assert release.make(assignments.load(ROOT, "rnn")) == made


def test_every_exercise_and_what_a_student_needs_is_in_it(made: Release) -> None:
    exercises = assignments.load(ROOT, "rnn").exercises
    wanted = {f"{exercise.stub}.{'md' if exercise.written else 'py'}" for exercise in exercises}
    wanted |= {"README.md", "rnn.ipynb", "requirements.txt", "handout.json", "grading/probes/__init__.py"}
    assert wanted <= made.files.keys()
    assert any(name.startswith("data/") for name in made.files)


def test_no_line_of_any_solution_is_in_it(made: Release) -> None:
    """Lines of 24 characters and more nowhere at all, shorter ones not as a line."""
    texts = readable(dict(made.files))
    lines = {name: {plain(line) for line in text.splitlines()} for name, text in texts.items()}
    flat = {name: plain(text) for name, text in texts.items()}
    secrets = secret_lines()
    assert len(secrets) > 100
    found = [
        (name, source, line)
        for source, line in secrets
        for name in texts
        if (line in flat[name] if len(line) >= 24 else line in lines[name])
        and line not in COMMON.get(name, set()) | EVERYWHERE
    ]
    assert found == []


def test_nothing_of_the_hidden_half_is_in_it(made: Release) -> None:
    """No template, list of words or message of the hidden data, and no line of the stand-ins' bodies."""
    texts = {name: plain(text) for name, text in readable(dict(made.files)).items()}
    secret = set()
    for path in sorted((SOLUTIONS / "hidden").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(plain(node.value)) >= 24:
                secret.add(plain(node.value))
    assert len(secret) > 30
    assert [(name, text) for text in secret for name in texts if text in texts[name]] == []
    stand_ins = (ROOT / "assignments/stand_ins/rnn.py").read_text(encoding="utf-8")
    bodies = {plain(line) for line in stand_ins.splitlines() if re.search(r"self\.\w+ = nn\.|torch\.cat", line)}
    assert len(bodies) > 5
    assert [(name, text) for text in bodies for name in texts if text in texts[name]] == []
    assert [name for name in made.files if "stand_in" in name or "solution" in name or "hidden" in name] == []


def test_canaries_planted_in_all_that_is_kept_back_are_not_in_it(tmp_path: Path, wheel: Path) -> None:
    """In every solution region, hidden file, label, mistake, variant and stand-in."""
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    ignored = shutil.ignore_patterns("mistakes", "variants", "__pycache__")
    shutil.copytree(SOLUTIONS, tmp_path / "solutions" / "rnn", ignore=ignored)
    hidden = tmp_path / "solutions" / "rnn"
    planted = 0
    for path in (hidden / "source").iterdir():
        if path.suffix in (".py", ".md"):
            text = path.read_text(encoding="utf-8")
            text, count = re.subn(r"(?m)^([ \t]*)(\S+ BEGIN SOLUTION.*\n)", rf"\1\2\1# {CANARY}\n", text)
            path.write_text(text, encoding="utf-8")
            planted += count
    assert planted > 30
    for path in [*(hidden / "hidden").glob("*.py"), tmp_path / "assignments" / "stand_ins" / "rnn.py"]:
        path.write_text(path.read_text(encoding="utf-8") + f"\n_KEPT = {CANARY!r}\n", encoding="utf-8")
    (hidden / "labels.json").write_text(f'["{CANARY}"]')
    (hidden / "mistakes").mkdir()
    (hidden / "mistakes" / "wrong.py").write_text(f"# {CANARY}\n")
    assignment = assignments.load(tmp_path, "rnn")
    # the course's own copy is not looked at, but written anew
    written = tmp_path / "handout"
    release.write(release.make(assignment), written, wheel)
    for path in written.rglob("*"):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                assert [name for name in archive.namelist() if CANARY.encode() in archive.read(name)] == []
        elif path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name


def test_what_is_to_be_installed_is_what_work_is_graded_with() -> None:
    """Every package that a submission may import is named, in the range of this program's own."""
    listed = dict(re.findall(r"^([a-z-]+)(.*)$", release.REQUIREMENTS, re.MULTILINE))
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {"torch", "numpy", "pandas", "matplotlib", "seaborn", "scikit-learn"} <= listed.keys() & set(bundle.PACKAGES)
    for name in ("torch", "numpy"):
        assert f"{name}{listed[name]}" in ours
    assert f"./wheels/{release.WHEEL}" in release.REQUIREMENTS.splitlines()


# --- the folder -----------------------------------------------------------------------------------


def test_a_new_folder_gets_everything_and_again_changes_nothing(made: Release, wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "x" / "handout"
    first = release.write(made, folder, wheel)
    assert set(first.new) == made.files.keys()
    assert (folder / "wheels" / release.WHEEL).read_bytes() == wheel.read_bytes()
    assert release.differences(made, folder) == []
    assert release.write(made, folder, wheel) == release.Written((), (), (), ())


def test_our_own_folder_is_brought_up_to_date(made: Release, tmp_path: Path) -> None:
    """Files that are handed out no longer go, files that somebody added stay."""
    older = dict(made.files) | {"lstm_cell.py": b"# an older stub\n", "gone.py": b"# no longer there\n"}
    older.pop("handout.json")
    digests = {name: handout.sha256(content) for name, content in older.items()}
    before = handout.Handout("rnn", "Recurrent networks", "0.9", digests)
    release.write(Release(before, older | {"handout.json": before.to_json().encode()}), tmp_path, None)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "torchgrade-0.0.1-py3-none-any.whl").write_bytes(b"old")
    new_wheel = tmp_path.parent / release.WHEEL
    new_wheel.write_bytes(b"new")
    done = release.write(made, tmp_path, new_wheel)
    assert done == release.Written((), ("handout.json", "lstm_cell.py"), ("gone.py",), ())
    assert [path.name for path in (tmp_path / "wheels").iterdir()] == [release.WHEEL]
    assert release.differences(made, tmp_path) == ["notes.txt is no part of the release"]


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(made: Release, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(AssignmentError, match="is not empty and holds no handout"):
        release.write(made, tmp_path, None)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(AssignmentError, match="is a file"):
        release.write(made, tmp_path / "thesis.tex", None)


def test_the_handout_of_another_assignment_is_refused(made: Release, tmp_path: Path) -> None:
    (tmp_path / "handout.json").write_text(handout.Handout("cnn", "Images", "1.0", {}).to_json())
    with pytest.raises(AssignmentError, match="holds the handout of cnn, not of rnn"):
        release.write(made, tmp_path, None)


def test_somebodys_work_is_not_written_over(made: Release, tmp_path: Path) -> None:
    release.write(made, tmp_path, None)
    (tmp_path / "lstm_cell.py").write_text("class LSTMCell: ...\n")
    content = dict(made.files) | {"lstm_cell.py": b"# a newer stub\n"}
    with pytest.raises(AssignmentError, match=r"would write over them: lstm_cell\.py"):
        release.write(Release(made.handout, content), tmp_path, None)
    assert (tmp_path / "lstm_cell.py").read_text() == "class LSTMCell: ...\n"


def test_an_interrupted_release_is_completed_by_the_next(made: Release, tmp_path: Path) -> None:
    """The marker comes first, so what is there is known as ours."""
    (tmp_path / "handout.json").write_bytes(made.files["handout.json"])
    (tmp_path / "README.md").write_bytes(made.files["README.md"])
    release.write(made, tmp_path, None)
    assert release.differences(made, tmp_path) == []


def test_differences_name_what_was_edited_lost_or_left_over(made: Release, tmp_path: Path) -> None:
    release.write(made, tmp_path, None)
    (tmp_path / "text.py").write_bytes(made.files["text.py"].replace(b"import torch", b"import numpy"))
    (tmp_path / "bilstm.py").unlink()
    (tmp_path / "old.md").write_text("?")
    lost, edited, left = release.differences(made, tmp_path)
    assert lost == "bilstm.py is missing"
    assert re.fullmatch(r"text\.py differs from what its source gives \(first in line \d+\)", edited)
    assert left == "old.md is no part of the release"


# --- the student's side of it ---------------------------------------------------------------------


def test_a_students_folder_is_found_and_loaded_without_solutions(made: Release, tmp_path: Path) -> None:
    release.write(made, tmp_path / "rnn", None)
    (tmp_path / "rnn" / "deep" / "er").mkdir(parents=True)
    folder = handout.find(tmp_path / "rnn" / "deep" / "er")
    assert folder == (tmp_path / "rnn").resolve()
    assert handout.find(tmp_path) is None
    assert handout.read(folder) == made.handout
    assignment = assignments.load_handout(folder)
    whole = assignments.load(ROOT, "rnn")
    assert (assignment.id, assignment.handout, assignment.hidden) == ("rnn", whole.handout, None)
    assert assignment.stand_ins == frozenset()
    assert [exercise.id for exercise in assignment.exercises] == [exercise.id for exercise in whole.exercises]
    with pytest.raises(AssignmentError, match="no solutions here"):
        _ = assignment.reference


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"schema": 1}', "cannot be read"),
        ('{"schema": 1, "assignment": "a", "title": "", "handout": "1", "files": 3}', "cannot be read"),
        ('{"schema": 2, "assignment": "a", "title": "", "handout": "1", "files": {}}', "has the format 2"),
        ('{"schema": 1, "assignment": "a", "title": "", "handout": "1", "files": {}, "digest": ""}', "was edited"),
        (handout.Handout("a", "", "1", {"../../x": "0"}).to_json(), "was edited"),
    ],
)
def test_a_spoilt_marker_is_refused_in_words(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "handout.json").write_text(text)
    with pytest.raises(AssignmentError, match=words):
        handout.read(tmp_path)


def test_a_folder_that_is_no_handout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"no handout\.json"):
        assignments.load_handout(tmp_path)
    (tmp_path / "handout.json").write_text(handout.Handout("rnn", "", "1", {}).to_json())
    with pytest.raises(AssignmentError, match="has no folder grading"):
        assignments.load_handout(tmp_path)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_checks_writes_and_refuses(tmp_path: Path, wheel: Path) -> None:
    folder, course = str(tmp_path / "handout"), ["--course", str(ROOT)]
    missing = CliRunner().invoke(main, ["release", "rnn", folder, "--check", *course])
    assert missing.exit_code == 1
    assert "lstm_cell.py is missing" in missing.output
    written = CliRunner().invoke(main, ["release", "rnn", folder, "--wheel", str(wheel), *course])
    assert written.exit_code == 0, written.output
    assert f"wheels/{release.WHEEL}" in written.output
    checked = CliRunner().invoke(main, ["release", "rnn", folder, "--check", *course])
    assert checked.exit_code == 0
    assert "exactly what the sources give" in checked.output
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").touch()
    refused = CliRunner().invoke(main, ["release", "rnn", str(tmp_path / "other"), "--wheel", str(wheel), *course])
    assert refused.exit_code == 1
    assert "is not empty and holds no handout" in refused.output


def test_another_wheel_than_the_one_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "torchgrade-9.9.9-py3-none-any.whl"
    other.touch()
    with pytest.raises(AssignmentError, match="which the handout asks for"):
        release.check_wheel(other)
