"""What lateness costs: a policy, a due date and a time in, a share of the points and the arithmetic in words out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for a whole assignment. As it stands here, lateness costs nothing.

    grace: seconds after the due date that cost nothing; the days begin at their end. per_day: percent of the points
    for each day begun, at most ``most`` percent. until: started days after which nothing counts, None: never so.
    attempts: which of a student's attempts counts, ``last`` or ``best``. missing: who handed in nothing is ``listed``,
    or has ``zero`` points.
    """

    grace: int = 0
    per_day: int = 0
    most: int = 100
    until: int | None = None
    attempts: str = "last"
    missing: str = "listed"

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Policy:
        """What ``to_json`` gave; a policy that takes nothing where nothing was stored."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in (data or {}).items() if name in known})

    def percent(self, seconds: int) -> int:
        """The share of the points that is taken, 0 to 100, for so many seconds after the due date."""
        days = self.days(seconds)
        if self.until is not None and days > self.until:
            return 100
        return min(self.per_day * days, self.most, 100)

    def days(self, seconds: int) -> int:
        """Days begun after the grace."""
        return max(0, -((self.grace - seconds) // DAY))


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs one attempt. ``seconds`` after the due date, None where nobody said how many."""

    seconds: int | None
    percent: int  # of the points, that are taken
    lines: tuple[str, ...]  # how it comes to that

    def taken(self, points: int) -> int:
        """How many of these points are taken: whole ones, in the student's favour."""
        return max(points, 0) * self.percent // 100

    def left(self, points: int) -> int:
        """How many of these points count."""
        return points - self.taken(points)

    def said(self, points: int, bonus: int = 0, what: str = "points") -> tuple[str, ...]:
        """The whole arithmetic, in words; without the sums where there is nothing to take from."""
        if not self.percent or not self.lines or not (points or bonus):
            return self.lines
        sums = [
            f"of {n} {kind}: −{self.taken(n)}; counts {self.left(n)}"
            for n, kind in ((points, what), (bonus, "bonus points"))
            if n or kind == what
        ]
        return (*self.lines[:-1], f"{self.lines[-1]} {', '.join(sums)}")

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Late | None:
        """As it stands in a grade.json; None where nothing does."""
        return cls(data["seconds"], data["percent"], tuple(data["lines"])) if data else None


def late(
    policy: Policy,
    *,
    due: datetime | None,
    more: datetime | None = None,
    at: datetime | None = None,
    seconds: int | None = None,
    flagged: bool | None = None,
) -> Late | None:
    """What the policy takes; None where there is nothing to say.

    due: the due date; more: this student's own, where it is later. at: when it was handed in. Where that is not known:
    seconds, how late the platform says it was, or flagged, that it was late. Times without a zone are in UTC.
    """
    due, more, at = _aware(due), _aware(more), _aware(at)
    extended = more if due is not None and more is not None and more > due else None
    after = _after(due, at, seconds)
    if after is None:
        if flagged and seconds is None:
            return Late(None, 0, ("late, as the platform says, but not by how much: nothing is taken",))
        return None
    if after <= 0:
        return None
    if extended is None or due is None:
        return _judged(policy, after, f"handed in {duration(after)} late")
    given = f"more time until {moment(extended.astimezone(due.tzinfo))}"
    over = after - int((extended - due).total_seconds())
    if over <= 0:
        return Late(0, 0, (f"handed in {duration(after)} after the due date, with {given}: nothing is taken",))
    return _judged(policy, over, f"with {given}, handed in {duration(over)} late")


def duration(seconds: int) -> str:
    """``1 day 3 h``, ``15 min``: the two largest units."""
    units = (("day", DAY), ("h", 3600), ("min", 60), ("s", 1))
    parts = []
    for name, size in units:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {name}{'s' if name == 'day' and number > 1 else ''}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def moment(at: datetime) -> str:
    """A time with its zone: ``2026-05-01 23:59 +02:00``."""
    zone = "UTC" if not at.utcoffset() else at.isoformat()[-6:]
    return f"{at.strftime('%Y-%m-%d %H:%M')} {zone}"


def time(text: str) -> datetime | None:
    """A stored time; None where there is none, or none that can be read."""
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _after(due: datetime | None, at: datetime | None, seconds: int | None) -> int | None:
    """Whole seconds after the due date."""
    if due is not None and at is not None:
        return int((at - due).total_seconds())
    return seconds


def _judged(policy: Policy, seconds: int, head: str) -> Late:
    days, percent = policy.days(seconds), policy.percent(seconds)
    if not days and policy.grace:
        return Late(seconds, 0, (f"{head}, within {duration(policy.grace)} of grace: nothing is taken",))
    if not percent:
        return Late(seconds, 0, (f"{head}: nothing is taken",))
    grace = f", {duration(policy.grace)} of grace" if policy.grace else ""
    begun = f"{days} started {'day' if days == 1 else 'days'}"
    if policy.until is not None and days > policy.until:
        limit = f"{policy.until} {'day' if policy.until == 1 else 'days'}"
        return Late(seconds, 100, (f"{head}{grace}: {begun}, and nothing counts after {limit}: 100 %",))
    share = f"{begun} at {policy.per_day} % = {policy.per_day * days} %"
    capped = f", at most {percent} %" if percent < policy.per_day * days else ""
    return Late(seconds, percent, (f"{head}{grace}: {share}{capped}",))


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)
