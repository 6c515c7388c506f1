"""The command ``policy``: what lateness costs, which attempt counts, what becomes of who hands in nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from autograder import handback
from autograder.gradebook import counting
from autograder.gradebook.counting import Terms
from autograder.gradebook.standing import standings
from autograder.gradebook.store import Gradebook
from autograder.instructor import class_files, open_gradebook
from autograder.lateness import DAY, Policy, duration, moment
from autograder.output import Output
from autograder.published import changed as release_with
from autograder.terminal import plain

UNITS = {"s": 1, "min": 60, "h": 3600, "d": DAY, "day": DAY, "days": DAY}
MOST_NAMED = 30


def policy(
    out: Path,
    *,
    due: str | None,
    grace: str | None,
    per_day: int | None,
    most: int | None,
    until: str | None,
    attempts: str | None,
    missing: str | None,
    gradebook: str | None,
) -> int:
    """Change what is named, bring the files of ``out`` up to date, say how it stands. Returns the exit status."""
    output = Output.of(out)
    with open_gradebook(output, gradebook) as book:
        before = counting.terms(book, output.assignment)
        now = changed(before.policy, grace, per_day, most, until, attempts, missing)
        if due is not None:
            release = handback.read(book, output.assignment).release
            handback.store(book, output.assignment, release_with(release, due, None, None))
        if now != before.policy:
            counting.store(book, output.assignment, now)
        if due is not None or now != before.policy:
            class_files(book, output)
        said = lines(book, output.assignment, counting.terms(book, output.assignment))
    console = Console(highlight=False, soft_wrap=True)
    for line in said:
        console.print(plain(line), markup=False)
    return 0


def changed(
    policy: Policy,
    grace: str | None = None,
    per_day: int | None = None,
    most: int | None = None,
    until: str | None = None,
    attempts: str | None = None,
    missing: str | None = None,
) -> Policy:
    """The policy with what the command line named. Raises click.BadParameter."""
    named: dict[str, Any] = {"per_day": per_day, "most": most, "attempts": attempts, "missing": missing}
    policy = replace(policy, **{name: value for name, value in named.items() if value is not None})
    if grace is not None:
        policy = replace(policy, grace=seconds_of(grace))
    if until is not None:
        policy = replace(policy, until=_days(until))
    return policy


def seconds_of(text: str) -> int:
    """``15min``, ``1 h``, ``2d``; a number alone is minutes. Raises click.BadParameter."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*([a-z]*)\s*", text.casefold())
    if match is None or match[2] not in ("", *UNITS):
        raise click.BadParameter(f"{text!r} is no length of time; as in 15min, 1h or 2d", param_hint="--grace")
    return int(match[1]) * UNITS[match[2] or "min"]


def lines(book: Gradebook, assignment: str, terms: Terms) -> list[str]:
    """How it stands, in words, and whom it touches."""
    policy = terms.policy
    said = [f"due: {moment(terms.due)}" if terms.due is not None else "no due date is set: nobody is late by it"]
    said.append(f"lateness: {cost(policy)}")
    which = "last attempt counts" if policy.attempts == "last" else "best attempt counts, by the program's points"
    said.append(f"attempts: the {which}")
    said.append(f"missing students: {'0 points' if policy.missing == 'zero' else 'listed, without points'}")
    zone = terms.due.tzinfo if terms.due is not None else None
    said += [f"more time: {s} until {moment(at.astimezone(zone))}" for s, at in sorted(terms.more.items())]
    late, untimed = [], 0
    for one in standings(book, assignment):
        received = one.attempt.received
        untimed += terms.due is not None and not received.at and received.late_seconds is None
        if one.grade.late is not None:
            late.append(f"{one.attempt.student}: {'; '.join(one.grade.late.said(one.grade.points, one.grade.bonus))}")
    said += late[:MOST_NAMED]
    if len(late) > MOST_NAMED:
        said.append(f"and {len(late) - MOST_NAMED} more: see late_percent and counted in grades.csv")
    if untimed:
        who = "1 hand-in" if untimed == 1 else f"{untimed} hand-ins"
        said.append(
            f"{who} came without a time, so nothing is taken; `autograder student OUT NAME received TIME` gives one"
        )
    return said


def cost(policy: Policy) -> str:
    """What lateness costs, in words."""
    if not policy.per_day and policy.until is None:
        return "nothing is taken"
    parts = [f"{duration(policy.grace)} of grace"] if policy.grace else []
    if policy.per_day:
        most = f", at most {policy.most} %" if policy.most < 100 else ""
        parts.append(f"{policy.per_day} % of the points for each started day{most}")
    if policy.until is not None:
        parts.append(f"nothing counts after {policy.until} {'day' if policy.until == 1 else 'days'}")
    return "; ".join(parts)


def _days(text: str) -> int | None:
    if text.strip().casefold() == "none":
        return None
    if not re.fullmatch(r"\s*\d{1,4}\s*", text):
        raise click.BadParameter(f"{text!r} is no number of days; as in 7, or none", param_hint="--until")
    return int(text)
