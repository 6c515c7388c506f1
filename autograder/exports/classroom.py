"""GitHub Classroom: the payload of one runner, and the workflow that makes it."""

from __future__ import annotations

import base64
import json
from typing import Any

from autograder.exports.rows import findings
from autograder.model import Finding, Grade, Outcome
from autograder.visibility import sentences, withheld

_STATUS = {Outcome.PASSED: "pass", Outcome.VOID: "error"}

WORKFLOW = """\
name: Autograding
on: [push, workflow_dispatch]
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - name: Install what the handout brings
        run: pip install wheels/*.whl
      - name: The public checks
        id: checks
        run: |
          autograder check --json > checked.json || true
          autograder export classroom checked.json >> "$GITHUB_OUTPUT"
      - name: Autograding Reporter
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
          CHECKS_RESULTS: "${{ steps.checks.outputs.result }}"
        with:
          runners: checks
"""


def result(grade: Grade) -> dict[str, Any]:
    """The runner's result, check by check; ``max_score`` is the sum of what is shown.

    grade: what the student may see of it.

    The reporter adds up ``tests[].score``, its console line takes the share of passed tests: both are right here,
    because a check gives all of its points or none. A bonus, and what waits for a person, is not in it.
    """
    visible, hidden = findings(grade), sentences(withheld(grade))
    counted = [(title, finding) for title, finding in visible if finding.points is not None and not finding.bonus]
    tests = [_test(title, finding) for title, finding in counted]
    whole = all(test["status"] == "pass" for test in tests)
    status = "error" if any(test["status"] == "error" for test in tests) else "pass" if whole else "fail"
    found = {"version": 1, "status": status, "max_score": sum(f.possible for _, f in counted), "tests": tests}
    if hidden:
        message = "; ".join(hidden)
        tests.append({"name": "Hidden checks", "status": "pass", "message": message, "line_no": 0, "score": 0})
        tests[-1]["execution_time"] = "0ms"
    return found


def payload(grade: Grade) -> str:
    """The result as the reporter takes it: base64 of its JSON."""
    return base64.b64encode(json.dumps(result(grade)).encode()).decode()


def _test(title: str, finding: Finding) -> dict[str, Any]:
    lines = [finding.message, f"Try: {finding.hint}" if finding.hint else ""]
    return {
        "name": f"{title}: {finding.claim}",
        "status": _STATUS.get(finding.outcome, "fail"),
        "message": "\n".join(filter(None, lines)) or None,
        "line_no": 0,
        "execution_time": f"{round(finding.seconds * 1000)}ms",
        "score": finding.points or 0,
    }
