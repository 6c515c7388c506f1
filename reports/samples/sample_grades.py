"""Grades to preview the reports with: every outcome, every kind of evidence, hostile text among them.

``ada.json`` is a grade.json with something of everything; the other samples are made from it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.model import Evidence, Finding, Grade, MistakeName, Outcome, Problem

NAMES = (  # noqa: SIM905  # a list of names is read as a line
    "Amara Ben Chiara Dmitri Elif Farid Grete Hana Ivo Jia Kofi Lucía Mei Nils Oumar Priya Quinn Rosa Søren Tomás Uma "
    "Viktor Wanjiru Yusuf Zofia"
).split()
SCRIPT = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
TRICKS = f"{SCRIPT} \x1b[31mred\x1b[0m \x00 \u202egnp.exe {{{{ 7 * 7 }}}} ]]> --> </style></title>"


def ada() -> Grade:
    """The one to look at: something of everything."""
    return Grade.from_json(json.loads(Path(__file__).with_name("ada.json").read_text(encoding="utf-8")))


def changed(change: Callable[[str, Finding], Finding], **fields: Any) -> Grade:
    """Ada's grade with each finding replaced by ``change(exercise, finding)``, and other fields of the grade."""
    grade = ada()
    exercises = tuple(replace(e, checks=tuple(change(e.id, f) for f in e.checks)) for e in grade.exercises)
    return replace(grade, exercises=exercises, **{"problems": (), "notes": (), "output": ""} | fields)


def passed(finding: Finding) -> Finding:
    """The same check, passed; written answers stay as they are."""
    if finding.outcome is Outcome.PENDING:
        return finding
    curves = tuple(e for e in finding.evidence if e.kind == "curves")
    plain = replace(finding, message="", hint="", mistake=None, waits_for="", evidence=curves, points=finding.possible)
    return replace(plain, outcome=Outcome.PASSED)


def lost(finding: Finding, outcome: Outcome, message: str = "") -> Finding:
    """The same check without points."""
    plain = passed(finding)
    if finding.outcome is Outcome.PENDING:
        return plain
    return replace(plain, outcome=outcome, points=0, message=message, evidence=(), notes=())


def perfect() -> Grade:
    """Full marks and the bonus."""
    return changed(lambda _, finding: passed(finding), student="Lin Wei")


def untouched() -> Grade:
    """Every stub as it was handed out."""
    return changed(lambda _, finding: lost(finding, Outcome.UNATTEMPTED), student="Sam Taylor")


def broken() -> Grade:
    """A syntax error in the only file: nothing could run."""
    problem = Problem(
        "rnn.py",
        "SyntaxError: '(' was never closed",
        line=41,
        code="        h = torch.tanh(self.W_xh(x_t) + self.W_hh(h)",
        hint="Count the brackets of this line.",
        names=("VanillaRNN", "LSTMCell", "GRUCell"),
        fatal=True,
    )
    message = "what this checks is not defined: rnn.py could not be read"
    return changed(
        lambda _, finding: lost(finding, Outcome.CRASHED, message), student="Noor Haddad", problems=(problem,)
    )


def hostile() -> Grade:
    """Markup, formulas, terminal codes and reordering characters wherever a submission can put text."""
    frame = {"file": TRICKS, "line": 1, "function": SCRIPT, "code": f"raise ValueError({SCRIPT!r})"}
    band = {"name": SCRIPT, "low": [0.1, None, 0.1], "high": ["x", 0.3, 0.4]}
    evidence = (
        Evidence("traceback", {"exception": TRICKS, "frames": [frame] * 40}),
        Evidence("output", {"text": TRICKS * 400 + "x" * 5000, "truncated": 10}),
        Evidence(
            "errors", {"title": SCRIPT, "rows": SCRIPT, "columns": SCRIPT, "values": [[float("nan"), 1e300, 0.0]]}
        ),
        Evidence("curves", {"title": SCRIPT, "x": SCRIPT, "series": [{"name": SCRIPT, "values": [0.1, None, 1e308]}]}),
        Evidence("curves", {"title": SCRIPT, "series": [{"name": SCRIPT, "values": [0.2, 0.4, 0.1]}], "band": band}),
        Evidence("table", {"columns": [SCRIPT, "b"], "rows": [[SCRIPT], 3]}),
        Evidence("shapes", {"rows": [{"what": SCRIPT, "expected": SCRIPT, "got": "x" * 500, "ok": "yes"}, 7]}),
        Evidence("parameters", {"rows": [{"name": "w" * 300, "count": SCRIPT}], "total": SCRIPT, "expected": SCRIPT}),
        Evidence("answer", {"markdown": TRICKS}),
        Evidence(SCRIPT, {"rows": None}),
    )

    def change(exercise: str, finding: Finding) -> Finding:
        if (exercise, finding.id) == ("lstm_cell", "forward"):
            crash = replace(finding, outcome=Outcome.CRASHED, message=TRICKS, hint=SCRIPT, claim=TRICKS)
            return replace(crash, evidence=evidence, mistake=MistakeName("m", SCRIPT), notes=(TRICKS,))
        if finding.outcome is Outcome.SKIPPED:
            return replace(finding, waits_for=SCRIPT)
        return finding

    return changed(
        change,
        student=f'=HYPERLINK("http://example.org") {SCRIPT}',
        title=f"Recurrent networks {SCRIPT}",
        problems=(Problem(TRICKS, SCRIPT, line=3, code=SCRIPT, hint=SCRIPT, names=(SCRIPT,)),),
        notes=(TRICKS,),
        output=TRICKS,
        files=(SCRIPT,),
        versions={SCRIPT: SCRIPT},
        digests={SCRIPT: SCRIPT},
        seed=SCRIPT,
        handout=SCRIPT,
        isolation=SCRIPT,
    )


def students() -> list[Grade]:
    """The named samples and a few dozen more, drawn with a fixed seed: a class of usual size."""
    draw = random.Random(7)
    kept = (Outcome.FAILED, Outcome.CRASHED, Outcome.UNATTEMPTED)
    others = []
    for name in NAMES:
        skill = draw.choice((0.05, 0.15, 0.45, 0.7))

        def change(_: str, finding: Finding, skill: float = skill) -> Finding:
            if finding.bonus and draw.random() < 0.8:
                return lost(finding, Outcome.FAILED, "accuracy is 0.871; the baseline's is 0.868 ± 0.012")
            return finding if finding.outcome in kept and draw.random() < skill else passed(finding)

        others.append(changed(change, student=name, submission=f"sha256:{draw.getrandbits(256):064x}"))
    return [ada(), perfect(), untouched(), broken(), *others]
