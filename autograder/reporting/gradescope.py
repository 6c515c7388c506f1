"""A Grade in the format of Gradescope's results.json."""

from __future__ import annotations

from typing import Any

from autograder.model import WRONG, Finding, Grade, Outcome
from autograder.reporting.text import clean, count, line, real
from autograder.visibility import VISIBILITIES, for_student, sentences, withheld


def results(grade: Grade, seen: Grade | None = None) -> dict[str, Any]:
    """The whole document. Gradescope keeps back itself what each check's visibility says; ``output`` it always shows.

    seen: what the student may see already; only what is visible from the start where None.

    The top score counts the bonus and leaves out what waits to be marked by hand. A check with no points yet is
    a test without a score, which Gradescope shows as a remark; the top score is always there, so that such a file
    is still valid.
    """
    tests = [
        _test(finding, f"{number}.{part}", exercise.title)
        for number, exercise in enumerate(grade.exercises, 1)
        for part, finding in enumerate(exercise.checks, 1)
    ]
    return {
        "score": grade.counted + (grade.late.left(grade.bonus) if grade.late is not None else grade.bonus),
        "execution_time": round(real(grade.seconds.get("total", 0.0)) or 0.0, 3),
        "output": _summary(seen or for_student(grade)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "assignment": grade.assignment,
            "submission": grade.submission,
            "isolation": grade.isolation,
            "possible": grade.possible,
            "pending": grade.pending,
            "bonus": grade.bonus,
            "void": grade.void,
        },
    }


def _test(finding: Finding, number: str, exercise: str) -> dict[str, Any]:
    name = f"{line(exercise, 120)}: {line(finding.claim, 300)}"
    test: dict[str, Any] = {
        "name": f"Bonus: {name}" if finding.bonus else name,
        "number": number,
        "output": _output(finding),
        "visibility": _known(finding.visibility),
        "tags": [t for t in (finding.kind, finding.outcome.value) if t],
    }
    if finding.points is not None:
        # A bonus has a maximum of 0: points above it are extra credit and not missed by anyone.
        test |= {"score": finding.points, "max_score": 0 if finding.bonus else finding.possible}
        won = finding.outcome is Outcome.PASSED or (finding.outcome is Outcome.VOID and finding.points > 0)
        test["status"] = "passed" if won else "failed"
    return test


def _output(finding: Finding) -> str:
    lines = [clean(finding.message, 2000)] if finding.message else []
    if finding.outcome is Outcome.PENDING:
        lines.insert(0, f"To be marked by hand: {count(finding.possible, 'point')}, not in the score yet.")
    elif finding.outcome is Outcome.VOID:
        lines.insert(0, f"Our fault: this check broke on our side. No points are lost: {_void(finding)}.")
    elif finding.outcome is Outcome.UNATTEMPTED:
        lines.insert(0, "Not started: the stub is as it was handed out.")
    elif finding.outcome is Outcome.SKIPPED:
        lines = lines or [f"Waits for {line(finding.waits_for, 120)}."]
        lines.insert(0, "Not run.")
    elif finding.outcome is Outcome.PASSED and not lines:
        lines.append("Passed.")
    if finding.mistake is not None and finding.outcome is not Outcome.PASSED:
        lines.append(f"This looks like: {line(finding.mistake.title, 200)}")
    if finding.hint and finding.outcome in WRONG:
        lines.append(f"Try: {clean(finding.hint, 1000)}")
    lines += [f"Note: {clean(note, 500)}" for note in finding.notes[:10]]
    return "\n".join(lines)


def _void(finding: Finding) -> str:
    if finding.points is not None:
        return "they are given"
    return f"its {count(finding.possible, 'point')} are left out of the total"


def _known(visibility: str) -> str:
    return visibility if visibility in VISIBILITIES else "hidden"


def _summary(grade: Grade) -> str:
    hidden = sentences(withheld(grade))
    lines = [f"{grade.points} of {grade.possible} points" + (f" and {grade.bonus} bonus" if grade.bonus else "") + "."]
    if hidden:
        lines[0] = f"Of the checks shown: {lines[0]}"
        lines += [f"{sentence}." for sentence in hidden]
    if grade.late is not None:
        kind = "points of the checks shown" if hidden else "points"
        lines += [
            f"{clean(said[:1].upper() + said[1:], 400)}." for said in grade.late.said(grade.points, grade.bonus, kind)
        ]
    if grade.pending:
        lines.append(f"{count(grade.pending, 'point')} will be marked by hand and are not in the score yet.")
    if grade.void:
        lines.append(f"{count(grade.void, 'check')} broke on our side; no points are lost for them.")
    for problem in grade.problems[:10]:
        where = line(problem.file, 160) + (f", line {problem.line}" if problem.line else "")
        lines.append(
            f"{where}: {clean(problem.message, 500)}" + (f" {clean(problem.hint, 300)}" if problem.hint else "")
        )
    lines += [f"Note: {clean(note, 500)}" for note in grade.notes[:10]]
    return "\n".join(lines)
