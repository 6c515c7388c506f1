"""The kill table: which check catches which known work, every string worded, from an audit's JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.reporting.text import clean, line

_WORDS = {"killed": ("passed", "killed"), "equivalent": ("skipped", "equivalent"), "survived": ("failed", "survived")}
_NAMED = {"yes": "named", "no": "not named", "wrongly": "named wrongly"}


def view(audit: Mapping[str, Any]) -> dict[str, Any]:
    """What ``audit.html.j2`` shows of ``Audit.to_json()``."""
    rows: list[Mapping[str, Any]] = list(audit["rows"])
    kinds = {
        kind: [row for row in rows if row["kind"] == kind] for kind in ("variants", "mistakes", "nulls", "mutants")
    }
    return {
        "title": line(audit["title"]),
        "ok": bool(audit["ok"]),
        "criteria": [
            {
                "title": line(c["title"]),
                "reached": line(c["reached"], 300),
                "wanted": line(c["wanted"]),
                "sign": "passed" if c["ok"] else "failed",
                "word": "reached" if c["ok"] else "falls short",
            }
            for c in audit["criteria"]
        ],
        "problems": [line(problem, 400) for problem in audit["problems"]],
        "short": [_short(row) for row in rows if not row["ok"]],
        "checks": _checks(rows),
        "mistakes": [_mistake(row) for row in kinds["mistakes"]],
        "variants": [_piece(row) for row in kinds["variants"]],
        "nulls": [_piece(row) for row in kinds["nulls"]],
        "files": _files(kinds["mutants"]),
        "operators": _operators(kinds["mutants"]),
        "foot": _foot(audit),
    }


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    return _piece(row) | {"diff": clean(row["details"].get("diff", ""), 600)}


def _piece(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": line(row["id"]),
        "title": line(row["title"]),
        "sign": "passed" if row["ok"] else "failed",
        "word": "as it should be" if row["ok"] else "falls short",
        "check": line(row["check"]),
        "said": line(row["said"], 600),
    }


def _mistake(row: Mapping[str, Any]) -> dict[str, Any]:
    details = row["details"]
    return _piece(row) | {
        "bank": line(details["bank"]),
        "named": _NAMED[details["named"]],
        "named_sign": "passed" if details["named"] == "yes" else "failed",
        "lost": ", ".join(f"{name} −{points}" for name, points in details["lost"].items()),
    }


def _checks(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each check that was the first to notice something, with how much of each kind."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        caught = row["kind"] in ("mistakes", "nulls") or row["details"].get("state") == "killed"
        if row["check"] and caught:
            one = counts.setdefault(row["check"], {"mistakes": 0, "nulls": 0, "mutants": 0})
            one[row["kind"]] += 1
    totals = {name: sum(one.values()) for name, one in counts.items()}
    most = max(totals.values(), default=1)
    return [
        {"exercise": exercise, "check": check, **counts[name], "rate": 100 * total // most}
        for name, total in totals.items()
        for exercise, _, check in [name.partition(".")]
    ]


def _files(mutants: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    files: dict[str, list[dict[str, Any]]] = {}
    for row in mutants:
        details = row["details"]
        sign, word = _WORDS[details["state"]]
        before, _, after = clean(details["diff"], 1200).partition("\n")
        files.setdefault(details["file"], []).append(
            {
                "id": line(row["id"]),
                "line": details["line"],
                "operator": details["operator"],
                "sign": sign,
                "word": word,
                "check": line(row["check"]),
                "before": before.removeprefix("- "),
                "after": after.removeprefix("+ "),
                "reason": line(details["reason"], 600),
            }
        )
    return [{"name": name, "mutants": ones, **_tally(ones)} for name, ones in files.items()]


def _operators(mutants: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in mutants:
        found.setdefault(row["details"]["operator"], []).append({"word": row["details"]["state"]})
    return [{"name": name, **_tally(ones)} for name, ones in sorted(found.items())]


def _tally(ones: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    words = [one["word"] for one in ones]
    killed = words.count("killed")
    return {
        "number": len(words),
        "killed": killed,
        "equivalent": words.count("equivalent"),
        "survived": words.count("survived"),
        "rate": 100 * killed // max(len(words), 1),
    }


def _foot(audit: Mapping[str, Any]) -> str:
    parts = [f"{len(audit['rows'])} pieces of work", f"{audit['seconds']} s", f"isolation {line(audit['isolation'])}"]
    if audit["sample"]:
        parts.insert(1, f"{audit['sample']} of {audit['mutants']} mutants")
    return " · ".join(parts)
