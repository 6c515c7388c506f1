"""One student's part of a download, before anybody knows whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.intake.gather import Source
from autograder.intake.received import Received


@dataclass(frozen=True)
class Handed:
    """``names``: by what the platform knows the student, the most telling first; ``called``: where no roster helps."""

    called: str
    names: tuple[str, ...]
    sources: tuple[Source, ...]
    received: Received = field(default_factory=Received)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Download:
    """A recognised download. ``strays`` are files that are nobody's."""

    platform: str
    handed: tuple[Handed, ...]
    strays: tuple[str, ...] = ()
