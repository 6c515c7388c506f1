"""What is known of a hand-in beside its files: when, late or not, from where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """``at`` is ISO 8601 or empty; None where nobody said."""

    at: str = ""
    late: bool | None = None
    late_seconds: int | None = None
    source: str = ""
