"""Skipping: a submission's files as they are loaded, and what of them hung or died and is left out the next time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder.model import Crash, Frame
from autograder.sandbox import transfer
from autograder.sandbox.loader import WHOLE


@dataclass
class Skipping:
    """Files in one form (``transfer.files_of``); ``skip``: number of the file -> what to skip of it."""

    files: list[dict[str, Any]]
    skip: dict[int, dict[str, Any]] = field(default_factory=dict)

    def definitions(self) -> Skipping:
        """The same files with a notebook's definitions only, where all of it could be run."""
        return Skipping(
            [file | {"units": file["fallback"], "fallback": ()} if file["tolerant"] else file for file in self.files]
        )

    @property
    def told(self) -> dict[str, Any]:
        """What the process that loads them is told."""
        return {"files": self.files, "skip": {str(number): skip for number, skip in self.skip.items()}}

    def leave_out(self, number: int, unit: int, crash: Crash) -> dict[str, Any] | None:
        """Next time without the unit that hung or died: the failure to tell. None where that was tried, or unknown."""
        if not 0 <= number < len(self.files):
            return None
        file = self.files[number]
        skip = self.skip.setdefault(number, {"whole": False, "units": []})
        units = file["units"] if file["tolerant"] else file["fallback"]
        if unit == WHOLE and not file["tolerant"] and not skip["whole"]:
            skip["whole"], culprit = True, file["units"][0]
        elif 0 <= unit < len(units) and unit not in skip["units"]:
            skip["units"].append(unit)
            culprit = units[unit]
        else:
            return None
        last = crash.frames[-1] if crash.frames else Frame(culprit["name"], culprit["line"], "")
        known = {"file": last.file, "line": last.line, "code": last.code, "message": crash.message, "kind": crash.kind}
        recovered = unit == WHOLE and bool(file["fallback"])
        return {**transfer.failure_of(known), "recovered": recovered}
