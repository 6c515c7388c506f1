"""A Grade as a plain dict in which every string is already worded, bounded and clean: what a template shows."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from autograder.model import UNTOUCHED, ExerciseGrade, Finding, Grade, Outcome, Problem
from autograder.reporting import evidence
from autograder.reporting.advice import advice, anchor, local, stub_of
from autograder.reporting.text import clean, count, headline, line, real
from autograder.visibility import Release, for_student, sentences, withheld

MOST_EXERCISES = 100
MOST_CHECKS = 100
MOST_NOTES = 20

_QUIET = frozenset({"passed", "unattempted"})  # outcomes that take one line each

View = dict[str, Any]

WORDS: Mapping[Outcome, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.CRASHED: "crashed",
    Outcome.UNATTEMPTED: "not started",
    Outcome.SKIPPED: "waiting",
    Outcome.VOID: "our fault",
    Outcome.PENDING: "to be marked",
}
ISOLATION: Mapping[str, str] = {
    "full": "full: no network, no files of the grader, no other submission in reach",
    "reduced": "reduced: files and network closed, without namespaces of its own",
    "none": "none: a plain process with a deadline",
}


def student_view(grade: Grade, release: Release | None = None, now: datetime | None = None) -> View:
    """Everything that the student's page shows: what may be seen now, and totals of what is shown."""
    grade = for_student(grade, release, now)
    exercises = grade.exercises[:MOST_EXERCISES]
    shown = [list(enumerate(e.checks[:MOST_CHECKS], 1)) for e in exercises]
    titles = {e.id: (number, e.title) for number, e in enumerate(exercises, 1)}
    sections = [
        _exercise(e, n, checks, grade, titles) for n, (e, checks) in enumerate(zip(exercises, shown, strict=True), 1)
    ]
    every = [f for checks in shown for _, f in checks]
    points, possible = _sum(every)
    bonus = sum(f.points or 0 for f in every if f.bonus)
    items, more = advice(replace(grade, exercises=exercises), shown)
    left_out = withheld(grade)
    beyond = sum(len(e.checks) for e in exercises) - len(every)
    pending = _pending(every)
    return {
        "assignment": line(grade.title or grade.assignment, 120),
        "student": line(grade.student, 120) or "(no name)",
        "points": points,
        "possible": possible,
        "percent": percent(points, possible),
        "fraction": round(100 * points / possible, 2) if possible else 0,
        "bonus": bonus,
        "pending": count(pending, "point") if pending else "",
        "verdict": _verdict(every, bool(grade.problems), sum(left_out.values())),
        "counts": _counts(every),
        "void": sum(f.outcome is Outcome.VOID for f in every),
        "withheld": _listed(sentences(left_out)),
        "shown_points": f"{count(points, 'point')} of {possible}",
        "beyond": count(beyond, "check") if beyond else "",
        "problems": [_problem(p) for p in grade.problems[:MOST_NOTES]],
        "next": items,
        "next_more": more,
        "exercises": sections,
        # What an exercise says itself is not said twice.
        "late": _late(grade, points, bonus, bool(left_out)),
        "notes": _notes(
            [n for n in grade.notes if n not in {f"{e.title}: {own}" for e in exercises for own in e.notes}]
        ),
        "output": evidence.output(grade.output, grade.output_truncated),
        "facts": facts(grade),
    }


def facts(grade: Grade) -> list[tuple[str, str]]:
    """What ran, as label and value: enough to run it again."""
    seconds = {name: real(value) for name, value in grade.seconds.items()}
    total, own = seconds.get("total"), seconds.get("student")
    took = f"{total:.2f} s" if total is not None else ""
    if own is not None:
        took = f"{took}, of which {own:.2f} s in the submitted code" if took else f"{own:.2f} s in the submitted code"
    versions = ", ".join(f"{line(k, 40)} {line(v, 60)}" for k, v in list(grade.versions.items())[:20])
    digests = [(f"Digest, {line(k, 40)}", line(v, 120)) for k, v in list(grade.digests.items())[:8]]
    files = ", ".join(line(name, 80) for name in grade.files[:30])
    pairs = [
        ("Graded", line(grade.graded_at, 40).replace("T", " ").replace("+00:00", " UTC").replace("Z", " UTC")),
        ("Attempt", str(grade.attempt)),
        ("Handout", line(grade.handout, 60)),
        ("Files", files + (f" and {len(grade.files) - 30} more" if len(grade.files) > 30 else "")),
        ("Isolation", ISOLATION.get(grade.isolation, line(grade.isolation, 60))),
        ("Time", took),
        ("Versions", versions),
        ("Seed of the run", line(grade.seed, 80)),
        ("Submission", line(grade.submission, 120)),
        *[pair for pair in digests if pair[1] != grade.submission],
    ]
    return [(label, value) for label, value in pairs if value]


def percent(points: int, possible: int) -> str:
    """``73.2`` percent, or nothing where nothing can be won yet. Only full marks are written as 100."""
    if not possible:
        return ""
    value = 100 * points / possible
    return f"{min(value, 99.9) if points < possible else value:.1f}".removesuffix(".0")


def _exercise(
    exercise: ExerciseGrade,
    number: int,
    checks: Sequence[tuple[int, Finding]],
    grade: Grade,
    titles: Mapping[str, tuple[int, str]],
) -> View:
    parents = {f.id: (n, f) for n, f in checks}
    worded = [_finding(f, number, n, parents, grade, titles) for n, f in checks]
    findings = [f for _, f in checks]
    points, possible = _sum(findings)
    pending = _pending(findings)
    bonus = sum(f.points or 0 for f in findings if f.bonus)
    loud = ("failed", "crashed", "void", "pending")
    # A passed check with curves, and an answer with a marker's words, stay in sight; the others are one folded list.
    pictured = [
        f
        for f in worded
        if f["outcome"] == "passed" and (f["marked"] or any(e["kind"] == "curves" for e in f["evidence"]))
    ]
    passed = [f for f in worded if f["outcome"] == "passed" and f not in pictured]
    skipped = [f for f in worded if f["outcome"] == "skipped"]
    return {
        "anchor": anchor(number),
        "number": number,
        "id": line(exercise.id, 80),
        "title": line(exercise.title, 120),
        "points": points,
        "possible": possible,
        "score": _score(points, possible, pending, findings),
        "fraction": round(100 * points / possible, 2) if possible else 0,
        "pending": count(pending, "point") if pending and possible else "",
        "bonus": bonus,
        "state": _state(findings),
        "counts": _counts(findings),
        "loud": _together([f for f in worded if f["outcome"] in loud]),
        "compact": bool(worded) and {f["outcome"] for f in worded} <= _QUIET and not pictured,
        "pictured": pictured,
        "skipped": skipped,
        "wait_together": len(skipped) > 1 and len({(f["waits"], f["waits_link"]) for f in skipped}) == 1,
        "unattempted": [f for f in worded if f["outcome"] == "unattempted"],
        "passed": passed,
        "passed_summary": f"{count(len(passed), 'check')} passed"
        + (
            f", {count(sum(f.points or 0 for f in findings if f.outcome is Outcome.PASSED), 'point')}" if passed else ""
        ),
        "notes": _notes([*exercise.notes, *(note for f in findings for note in f.notes)]),
        "withheld": _listed(sentences(exercise.withheld)),
    }


def _finding(
    finding: Finding,
    exercise: int,
    number: int,
    parents: Mapping[str, tuple[int, Finding]],
    grade: Grade,
    titles: Mapping[str, tuple[int, str]],
) -> View:
    message = clean(finding.message, 2000).strip()
    head, rest = headline(message) if message != "marked by hand" else ("", "")
    # A bonus that was not reached is nobody's failure.
    missed = finding.bonus and finding.outcome is not Outcome.PASSED
    own_title = finding.claim == grade.exercises[exercise - 1].title
    waits, link = _waits(finding, exercise, parents, grade, titles)
    return {
        "anchor": anchor(exercise, number),
        "outcome": finding.outcome.value,
        "marked": finding.kind == "written" and bool(message),
        "look": Outcome.UNATTEMPTED.value if missed else finding.outcome.value,
        "word": "no bonus" if missed else WORDS[finding.outcome],
        "claim": "" if own_title else clean(finding.claim, 500),
        "also": [],
        "head": head or _fallback(finding),
        "rest": rest,
        "hint": clean(finding.hint, 1000),
        "mistake": line(finding.mistake.title, 200) if finding.mistake else "",
        "waits": waits,
        "waits_link": link,
        "points": _points(finding),
        "won": 0 if finding.bonus else finding.points or 0,
        "of": 0 if finding.bonus else finding.possible,
        "remark": _remark(finding),
        "evidence": evidence.views(finding.evidence),
    }


def _together(findings: Sequence[View]) -> list[View]:
    """Findings that say the same become one: a file that could not be read fails every check in the same words."""
    result: list[View] = []
    for finding in findings:
        same = [f for f in result if all(f[k] == finding[k] for k in ("outcome", "head", "rest", "hint", "mistake"))]
        if same and not finding["evidence"]:
            first = same[0]
            first["also"].append({k: finding[k] for k in ("anchor", "claim")})
            first["won"], first["of"] = first["won"] + finding["won"], first["of"] + finding["of"]
            if finding["outcome"] in ("failed", "crashed"):
                first["points"] = f"{first['won']} of {first['of']}"
        else:
            result.append(finding)
    return result


def _points(finding: Finding) -> str:
    bonus = "bonus " if finding.bonus else ""
    if finding.outcome is Outcome.VOID:
        return "no points lost"
    if finding.points is None:
        return f"{bonus}worth {finding.possible}"
    return f"{bonus}{finding.points} of {finding.possible}"


def _fallback(finding: Finding) -> str:
    if finding.outcome is Outcome.PENDING:
        return "Marked by hand: a person will read this"
    if finding.outcome is Outcome.VOID:
        return "This check broke on our side"
    return clean(finding.claim, 280)


def _remark(finding: Finding) -> str:
    parts = []
    if finding.self_reported:
        parts.append("rests on what your own process reported, so it carries few points")
    if finding.kind == "policy":
        parts.append("a rule of this course, not of the mathematics; it costs nothing elsewhere")
    return clean("; ".join(parts), 300)


def _waits(
    finding: Finding,
    exercise: int,
    parents: Mapping[str, tuple[int, Finding]],
    grade: Grade,
    titles: Mapping[str, tuple[int, str]],
) -> tuple[str, str]:
    if not finding.waits_for:
        return "", ""
    own = local(finding.waits_for, grade.exercises[exercise - 1].id)
    if own in parents:
        number, parent = parents[own]
        return textwrap.shorten(line(parent.claim, 200), 60, placeholder=" …"), anchor(exercise, number)
    stub = stub_of(finding.waits_for, grade.exercises)
    if stub in titles:
        number, title = titles[stub]
        return line(title, 100), anchor(number)
    return line(finding.waits_for, 120), ""


def _late(grade: Grade, points: int, bonus: int, part: bool) -> View | None:
    """What lateness takes, and how it comes to that; ``part``: not everything is shown."""
    if grade.late is None:
        return None
    lines = [clean(said, 400) for said in grade.late.said(points, bonus, "points shown here" if part else "points")]
    return {"counted": grade.late.left(points), "taken": grade.late.taken(points), "lines": lines}


_VERB = re.compile(r"(?:is|holds|has|was|were|cannot|could|declares|lies|lie|defines|names) ")


def _problem(problem: Problem) -> View:
    message = clean(problem.message, 1000)
    file = line(problem.file, 160).replace("`", "'")
    return {
        "title": f"`{file}` {message}" if _VERB.match(message) else f"`{file}`: {message}",
        "line": f"line {problem.line}" if problem.line else "",
        "where": line(problem.file, 160) + (f", line {problem.line}" if problem.line else ""),
        "message": message,
        "code": clean(textwrap.dedent(problem.code), 400).rstrip(),
        "hint": clean(problem.hint, 600),
        "names": [line(name, 80) for name in problem.names[:20]],
        "fatal": problem.fatal,
    }


def _notes(notes: Sequence[str]) -> list[str]:
    return [clean(note, 500) for note in dict.fromkeys(notes)][:MOST_NOTES]


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _sum(findings: Sequence[Finding]) -> tuple[int, int]:
    counted = [f for f in findings if not f.bonus and f.points is not None]
    return sum(f.points or 0 for f in counted), sum(f.possible for f in counted)


def _pending(findings: Sequence[Finding]) -> int:
    return sum(f.possible for f in findings if f.outcome is Outcome.PENDING and not f.bonus)


def _score(points: int, possible: int, pending: int, findings: Sequence[Finding]) -> str:
    if not findings:
        return "not shown"
    if possible:
        return f"{points} of {possible}"
    return f"{pending} to mark" if pending else "not counted"


def _counts(findings: Sequence[Finding]) -> list[View]:
    numbers = Counter(f.outcome for f in findings if not f.bonus)  # the bonus has words of its own
    return [{"outcome": o.value, "word": WORDS[o], "number": numbers[o]} for o in Outcome if numbers[o]]


def _state(findings: Sequence[Finding]) -> str:
    """One outcome for a whole exercise: the one that somebody has to act on first."""
    outcomes = {f.outcome for f in findings if not f.bonus} or {f.outcome for f in findings} or {Outcome.PENDING}
    order = (Outcome.VOID, Outcome.FAILED, Outcome.CRASHED, Outcome.UNATTEMPTED, Outcome.SKIPPED, Outcome.PENDING)
    return next((o.value for o in order if o in outcomes), "passed")


def _verdict(findings: Sequence[Finding], problems: bool, hidden: int) -> str:
    judged = [f for f in findings if f.outcome not in (Outcome.PENDING, Outcome.VOID) and not f.bonus]
    passed = sum(f.outcome is Outcome.PASSED for f in judged)
    if not findings and hidden:
        return "The results are not shown yet."
    if not judged:
        return "Nothing could be checked yet."
    if passed == len(judged):
        return f"All {len(judged)} checks shown here passed." if passed > 1 else "The one check shown here passed."
    if all(f.outcome in UNTOUCHED for f in judged) and not problems:
        return "Nothing is started yet: every stub is as it was handed out."
    return f"{passed} of {len(judged)} checks passed."
