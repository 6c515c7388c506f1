"""The audit: each kind of known work, and each way in which the grader can fall short of it."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder import assignment as assignments
from autograder import pipeline
from autograder.assignment import Assignment
from autograder.auditing import audit as auditing
from autograder.auditing import equivalents
from autograder.auditing.audit import audit
from autograder.auditing.equivalents import Equivalents
from autograder.auditing.mutants import mutants
from autograder.auditing.nulls import nulls
from autograder.auditing.scorecard import Audit, Row
from autograder.bench import users
from autograder.cli import main
from autograder.errors import AssignmentError
from autograder.exercise import Exercise
from autograder.model import Submission
from autograder.pipeline import Course
from autograder.reporting import html
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds

ROOT = Path(__file__).resolve().parents[1]

WRONG = '''"""Counts the tensors

Caught by: counts
Feedback:
Ask each tensor how many numbers it holds, then add those.
"""


def count_parameters(module):
    return len(list(module.parameters()))
'''
RIGHT = '''"""A loop"""


def count_parameters(module):
    total = 0
    for parameter in module.parameters():
        total += parameter.numel()
    return total
'''


@pytest.fixture
def small(rnn: Assignment, tmp_path: Path):  # type: ignore[no-untyped-def]
    """``small({"mistakes/count_parameters/a.py": text})``: an assignment of these exercises and known work."""

    def build(
        files: dict[str, str],
        keep: tuple[str, ...] = ("count_parameters",),
        change: Callable[[Exercise], Exercise] = lambda exercise: exercise,
        source_files: str = "*.py",
    ) -> Course:
        exercises = tuple(change(e) for e in rnn.exercises if e.id in keep)
        source = tmp_path / "source"
        source.mkdir()
        for path in rnn.reference.glob(source_files):
            shutil.copy(path, source)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        assignment = dataclasses.replace(rnn, exercises=exercises, hidden=tmp_path)
        return pipeline.prepare(assignment, Seeds(auditing.SECRET))

    return build


def audited(course: Course, *only: str, **options: Any) -> Audit:
    """The audit in this process: the code of these tests is our own."""
    assignment = course.assignment
    return audit(
        course,
        only=only,
        make_sandbox=lambda: TrustedSandbox(
            assignment.probes, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file
        ),
        **options,
    )


def one(result: Audit, kind: str) -> Row:
    (row,) = result.of(kind)
    return row


def test_known_work_that_comes_out_as_it_should_passes(small) -> None:  # type: ignore[no-untyped-def]
    """A mistake is caught and named, a variant gets full marks, and the summary says so."""
    course = small({"mistakes/count_parameters/tensors.py": WRONG, "variants/count_parameters/loop.py": RIGHT})

    result = audited(course, "mistakes", "variants")

    assert result.ok
    mistake = one(result, "mistakes")
    assert (mistake.check, mistake.said) == ("count_parameters.counts", "")
    assert mistake.details["named"] == "yes"
    assert [(c.title, c.reached, c.ok) for c in result.criteria] == [
        ("variants with full marks", "1 of 1", True),
        ("mistakes caught by the named check", "1 of 1", True),
        ("mistakes named by diagnosis", "1 of 1 (100.0%)", True),
        ("mistakes named wrongly", "0", True),
        ("points that other exercises lose to a mistake", "0", True),
    ]


def test_a_mistake_that_is_right_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """Nothing catches it."""
    course = small({"mistakes/count_parameters/none.py": WRONG.split("def")[0] + "def" + RIGHT.split("def")[1]})

    result = audited(course, "mistakes")

    assert not result.ok
    assert one(result, "mistakes").said == "nothing catches it"


def test_a_mistake_that_another_check_catches_first_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """Both checks are named."""
    wrong = WRONG.replace("count_parameters", "text_to_indices").replace("(module)", "(text, vocab, max_len=20)")
    text = wrong.replace("Caught by: counts", "Caught by: default").replace("len(list(module.parameters()))", "[]")
    course = small({"mistakes/text_to_indices/nothing.py": text}, keep=("text_to_indices",))

    result = audited(course, "mistakes")

    assert not result.ok
    assert one(result, "mistakes").said.startswith("length catches it, not default: failed, ")


def test_a_mistake_that_costs_another_exercise_a_point_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """Where an exercise is judged with the student's piece only, the slip is paid twice."""

    def alone(exercise: Exercise) -> Exercise:
        changed = copy.copy(exercise)
        changed.checks = [dataclasses.replace(check, ways=((),)) for check in exercise.checks]
        return changed

    course = small(
        {"mistakes/count_parameters/tensors.py": WRONG},
        keep=("count_parameters", "compare_architectures"),
        change=alone,
    )

    result = audited(course, "mistakes")

    assert not result.ok
    assert one(result, "mistakes").details["lost"] == {"compare_architectures": 2}
    assert one(result, "mistakes").said == "costs compare_architectures 2 points"


def test_a_variant_that_loses_a_point_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """The check and its message are shown."""
    text = '"""Wrong"""\n\n\ndef count_parameters(module):\n    return 7\n'
    course = small({"variants/count_parameters/wrong.py": text})

    result = audited(course, "variants")

    assert not result.ok
    assert one(result, "variants").check == "count_parameters.counts"
    assert "count_parameters.counts: failed, " in one(result, "variants").said


def test_a_variant_without_its_note_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """Full marks are not enough where a convention has to be explained."""
    course = small({"variants/count_parameters/loop.py": RIGHT.replace('loop"""', 'loop\nNote: two biases\n"""')})

    result = audited(course, "variants")

    assert not result.ok
    assert one(result, "variants").said == "no note says “two biases”; notes: none"


def test_reference_and_stubs_are_judged(small) -> None:  # type: ignore[no-untyped-def]
    """Full marks, and nothing at all."""
    result = audited(small({}), "reference")

    assert [(c.title, c.reached, c.wanted, c.ok) for c in result.criteria] == [
        ("points of the reference", "2 of 2", "2 of 2", True),
        ("points of the untouched stubs", "0, all unattempted", "0, all unattempted", True),
    ]


def test_a_broken_reference_falls_short(small) -> None:  # type: ignore[no-untyped-def]
    """A check that the reference itself does not pass is named."""

    def impossible(exercise: Exercise) -> Exercise:
        changed = copy.copy(exercise)
        changed.checks = [dataclasses.replace(c, expected=lambda case: {"counts": []}) for c in exercise.checks]
        return changed

    result = audited(small({}, change=impossible), "reference")

    assert not result.ok
    assert result.rows[0].check == "count_parameters.counts"


def test_null_models_pass_no_check_of_numbers(small) -> None:  # type: ignore[no-untyped-def]
    """Each gets as far as being judged, and none passes."""
    result = audited(small({}, keep=("lstm_cell", "evaluate")), "nulls")

    assert result.ok
    assert {row.id for row in result.rows} == {
        f"{exercise}/{name}"
        for exercise in ("lstm_cell", "evaluate")
        for name in ("zeros", "mean", "echo", "random", "nan", "rows")
    }


def test_null_models_are_wrong_in_what_they_say_and_not_in_form(rnn: Assignment, reference: Submission, judge) -> None:  # type: ignore[no-untyped-def]
    """Zeros of the right shape pass the check of shapes; no null model of a module raises an exception."""
    made = {null.id: null for null in nulls(rnn.exercises, reference)}

    for name in ("zeros", "mean", "echo", "random", "rows"):
        units = made[f"gru_cell/{name}"].file.units
        grade = judge("gru_cell", "\n".join(unit.source for unit in units))
        outcomes = {finding.id: finding.outcome.value for finding in grade.checks}
        assert outcomes["shapes"] == "passed", name
        assert outcomes["forward"] in ("failed", "skipped"), name
        assert "crashed" not in outcomes.values(), name


def test_a_check_of_numbers_that_looks_at_none_lets_null_models_pass(small) -> None:  # type: ignore[no-untyped-def]
    """And the audit says which."""

    def blind(exercise: Exercise) -> Exercise:
        changed = copy.copy(exercise)
        changed.checks = [dataclasses.replace(c, judge=lambda student, reference: None) for c in exercise.checks]
        return changed

    result = audited(small({}, keep=("evaluate",), change=blind), "nulls")

    assert not result.ok
    assert {row.said for row in result.rows} == {"passes values"}


def test_mutants_are_killed_or_survive_with_a_line_to_list_them(small) -> None:  # type: ignore[no-untyped-def]
    """Without a list the survivors fall short; listed with a reason they do not; a listed one that dies does."""
    course = small({}, keep=("text_to_indices", "build_vocab", "sentiment_dataset"), source_files="text.py")
    first = audited(course, "mutants", sample=40)
    survivors = [row for row in first.rows if row.details["state"] == "survived"]
    killed = next(row for row in first.rows if row.details["state"] == "killed")
    listed = "".join(row.details["entry"].replace('reason = ""', 'reason = "nothing asks"') for row in survivors)
    file = course.assignment.hidden / equivalents.FILE

    file.write_text(listed or "", encoding="utf-8")
    second = audited(course, "mutants", sample=40)
    made = {m.id: m for m in auditing.all_mutants(course.assignment)}
    file.write_text(listed + equivalents.written(made[killed.id], "a guess"), encoding="utf-8")
    third = audited(course, "mutants", sample=40)

    assert all(row.ok == (row.details["state"] == "killed") for row in first.rows)
    assert second.ok
    assert {row.details["state"] for row in second.rows} <= {"killed", "equivalent"}
    assert not third.ok
    assert third.problems == [f"{killed.id} is listed as equivalent, and {killed.check} kills it"]


def test_a_check_that_breaks_on_a_mutant_is_no_kill(small) -> None:  # type: ignore[no-untyped-def]
    """It is our fault, and is said to be."""

    def broken(exercise: Exercise) -> Exercise:
        def judge(student: Any, reference: Any) -> None:
            raise KeyError("ours")

        changed = copy.copy(exercise)
        changed.checks = [dataclasses.replace(c, judge=judge) for c in exercise.checks]
        return changed

    result = audited(small({}, ("text_to_indices",), broken, "text.py"), "mutants", sample=8)

    void = [row for row in result.rows if "is void: " in row.said]
    assert void
    assert all(row.details["state"] == "survived" for row in void)


# --- the list of equivalent mutants ------------------------------------------------------------------

CELL = "def cell(x):\n    return x + 1\n"


def listed(tmp_path: Path, text: str) -> Equivalents:
    (tmp_path / "equivalent.toml").write_text(text, encoding="utf-8")
    return equivalents.load(tmp_path / "equivalent.toml", mutants(CELL, "cell.py"))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """An entry as the audit proposes it fits its mutant, quotes and backslashes too."""
    made = mutants('def f(x):\n    return x + "a\\"b\\\\n"\n', "f.py")
    path = tmp_path / "equivalent.toml"
    path.write_text("".join(equivalents.written(m, "no one asks") for m in made), encoding="utf-8")

    found = equivalents.load(path, made)

    assert found.problems == []
    assert [found.reason(m) for m in made] == ["no one asks"] * len(made)


def test_a_definition_may_be_free(tmp_path: Path) -> None:
    """All its mutants have the reason; a name that is not mutated is a problem."""
    found = listed(
        tmp_path, '[[free]]\ndefinition = "cell"\nreason = "any"\n[[free]]\ndefinition = "x"\nreason = "y"\n'
    )

    assert {found.reason(m) for m in mutants(CELL, "cell.py")} == {"any"}
    assert found.problems == ["x is listed as free, and no such definition is mutated"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('id = "cell.py:9:arithmetic:0"\nbecomes = "y"\nreason = "r"', "does not exist any more: “y”"),
        ('id = "cell.py:2:arithmetic:0"\nbecomes = "y"\nreason = "r"', "is another change now: “return x - 1”"),
    ],
)
def test_an_entry_that_fits_no_mutant_is_a_problem(tmp_path: Path, entry: str, problem: str) -> None:
    """After an edit of the reference the list does not silently mean something else."""
    found = listed(tmp_path, f"[[mutant]]\n{entry}\n")

    assert len(found.problems) == 1
    assert problem in found.problems[0]
    assert found.reasons == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[mutant]\n", "equivalent.toml: "),
        ("[[mutants]]\n", "unknown key 'mutants'"),
        ("mutant = 3\n", "'mutant' is no list of tables"),
        ("mutant = [3]\n", r"\[\[mutant\]\] 1 is no table"),
        ('[[mutant]]\nid = "a"\nbecomes = "b"\n', r"\[\[mutant\]\] 1 \(a\) has no reason"),
        ('[[mutant]]\nid = "a"\nbecomes = "b"\nreason = " "\n', "has no reason"),
        ('[[mutant]]\nwhy = "a"\n', "has the unknown key 'why'"),
    ],
)
def test_a_list_out_of_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With the file and the entry."""
    with pytest.raises(AssignmentError, match=said):
        listed(tmp_path, text)


def test_the_shipped_list_fits_the_reference(rnn: Assignment) -> None:
    """Every entry is a mutant that there is."""
    assert rnn.hidden is not None

    assert list(equivalents.load(rnn.hidden / equivalents.FILE, auditing.all_mutants(rnn)).problems) == []


# --- who uses whom, the page, the command -----------------------------------------------------------


def test_users_are_those_with_a_stand_in_and_those_whose_reference_mentions_it(
    rnn: Assignment, reference: Submission
) -> None:
    """At whatever remove: the training mentions what its pieces mention."""
    using = {name: {e.id for e in others} for name, others in users(rnn, reference).items()}

    assert {"simple_lstm", "compare_architectures"} <= using["lstm_cell"]
    assert "compare_architectures" in using["count_parameters"]
    assert {"trained_accuracy", "predict_sentiment", "word_importance"} <= using["text_to_indices"]
    assert using["improved_classifier"] == set()


def test_the_page_shows_what_falls_short_and_escapes_it() -> None:
    """Survivors come with both lines; nothing of a title becomes markup."""
    details = {"state": "survived", "file": "a.py", "line": 3, "operator": "call", "reason": "", "entry": ""}
    rows = [
        Row(
            "mutants", "a.py:3:call:0", "f", False, said="no check notices", details={**details, "diff": "- a<b\n+ a>b"}
        ),
        Row("nulls", "f/zeros", "<script>alert(1)</script>", True, "f.forward"),
    ]
    result = Audit("x", "An <assignment>", "full", rows, ["an entry & more"], made=400)

    page = html.audit_page(result.to_json())

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "An &lt;assignment&gt;" in page
    assert "- a&lt;b\n+ a&gt;b" in page
    assert "an entry &amp; more" in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    """A course with the shipped exercises, the reference, one mistake and one variant."""
    (tmp_path / "assignments").symlink_to(ROOT / "assignments")
    hidden = tmp_path / "solutions" / "rnn"
    hidden.mkdir(parents=True)
    for name in ("source", "hidden", "calibration.json"):
        (hidden / name).symlink_to(ROOT / "solutions" / "rnn" / name)
    for kind, name, text in (("mistakes", "tensors", WRONG), ("variants", "loop", RIGHT)):
        (hidden / kind / "count_parameters").mkdir(parents=True)
        (hidden / kind / "count_parameters" / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["audit", *arguments], catch_exceptions=False)


def test_the_command_prints_json_and_writes_the_page(course_folder: Path) -> None:
    """Exit status 0 where nothing falls short; the JSON is one object with every row."""
    assert assignments.available(course_folder) == ["rnn"]
    page = course_folder / "out" / "audit.html"
    page.parent.mkdir()

    done = run("rnn", "--only", "variants", "-j", "1", "--json", "--html", str(page), "--course", str(course_folder))

    plain = json.loads(done.stdout)
    assert done.exit_code == 0
    assert plain["ok"] is True
    assert [row["id"] for row in plain["rows"]] == ["count_parameters/loop"]
    assert "A loop" in page.read_text(encoding="utf-8")


def test_the_command_ends_with_1_where_anything_falls_short(course_folder: Path) -> None:
    """And the table says what."""
    variant = course_folder / "solutions/rnn/variants/count_parameters/loop.py"
    variant.write_text(variant.read_text().replace("numel", "dim"), encoding="utf-8")

    done = run("rnn", "--only", "variants", "-j", "1", "--course", str(course_folder))

    assert done.exit_code == 1
    assert "count_parameters/loop" in done.stdout
    assert "0 of 1" in done.stdout


def test_a_mistake_out_of_form_is_an_error_with_its_place(course_folder: Path) -> None:
    """No traceback: file and line."""
    mistake = course_folder / "solutions/rnn/mistakes/count_parameters/tensors.py"
    mistake.write_text(WRONG.replace("Caught by: counts", "Caught by: count"), encoding="utf-8")

    done = run("rnn", "--only", "mistakes", "-j", "1", "--course", str(course_folder))

    assert done.exit_code == 1
    assert "tensors.py:3: count_parameters has no check 'count'" in " ".join(done.output.split())
