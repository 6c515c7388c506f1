"""Seeds of hidden cases: they follow from a secret and the number of the attempt, and from nothing else.

The same submission graded again meets the same cases; the next attempt meets others, so what a program
learned about the cases of this one is worth nothing then. Public cases are the hidden ones' twins: other
sizes, and seeds that everybody may know.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping
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
        """The case of a template."""
        return template if template.public else self.seeded(template, exercise, probe, turn)

    def seeded(self, template: Case, exercise: str, probe: str, turn: int = 0) -> Case:
        """The template with its seed: 52 bits, so that it survives every JSON reader."""
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


PUBLIC = b"the public cases, 1"  # no secret: the handout names it too
COUNTS = "num_"  # sizes that count the parts of a network, which a claim may name, stay


@dataclass(frozen=True, slots=True)
class PublicSeeds(Seeds):
    """Gives every template its public twin: another seed, other sizes."""

    secret: bytes = PUBLIC

    def case(self, template: Case, exercise: str, probe: str, turn: int = 0) -> Case:
        """The public twin of a template."""
        if template.public:
            return template
        twin = self.seeded(template, exercise, probe, turn)
        sizes = twin_sizes(template.sizes)
        return twin.replace(sizes=sizes, public=True)

    @property
    def name(self) -> str:
        """What a check of public cases records."""
        return "public"


def twin_sizes(sizes: Mapping[str, int]) -> dict[str, int]:
    """Other sizes of the same kind: each a little larger, equal ones equal, ones still one, no common factors.

    >>> twin_sizes({"batch": 3, "time": 7, "input_size": 5, "hidden_size": 4, "output_size": 2})
    {'batch': 4, 'time': 11, 'input_size': 7, 'hidden_size': 5, 'output_size': 3}
    """
    free = {size for name, size in sizes.items() if size > 1 and not name.startswith(COUNTS)}
    twins: dict[int, int] = {}
    for size in sorted(free):
        twin = max(size, *twins.values(), 1) + 1
        while any(math.gcd(twin, other) > 1 for other in twins.values()):
            twin += 1
        twins[size] = twin
    return {name: size if name.startswith(COUNTS) else twins.get(size, size) for name, size in sizes.items()}
