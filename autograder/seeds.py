"""Seeds of hidden cases: they follow from a secret and the number of the attempt, and from nothing else.

The same submission graded again meets the same cases; the next attempt meets others, so what a program
learned about the cases of this one is worth nothing then.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.case import Case

if TYPE_CHECKING:
    from autograder.exercise import Check


@dataclass(frozen=True, slots=True)
class Seeds:
    """Gives every case its seed."""

    secret: bytes
    attempt: int = 1

    def case(self, template: Case, exercise: str, probe: str, turn: int = 0) -> Case:
        """The template with its seed: 52 bits, so that it survives every JSON reader."""
        if template.public:
            return template
        text = "\x1f".join((str(self.attempt), exercise, probe, template.id, str(turn)))
        digest = hmac.new(self.secret, text.encode(), hashlib.sha256).digest()
        return template.replace(seed=int.from_bytes(digest[:8], "big") >> 12)

    @staticmethod
    def prepared(check: Check, case: Case) -> Case:
        """The case with the check's data in it, as it may be sent.

        What was drawn from the seed on the trusted side (texts with hidden labels) must not be drawn again
        from the seed that travels, so that one is another.
        """
        if check.prepare is None:
            return case
        digest = hashlib.sha256(f"sent {case.seed}".encode()).digest()
        return check.prepare(case).replace(seed=int.from_bytes(digest[:8], "big") >> 12)

    @property
    def name(self) -> str:
        """What a grade records: enough to see that two grades met the same cases, not enough to make them."""
        return hmac.new(self.secret, f"name {self.attempt}".encode(), hashlib.sha256).hexdigest()[:16]
