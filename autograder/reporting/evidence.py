"""Evidence worded for a page. Anything malformed is left out: a picture never breaks a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.model import Evidence
from autograder.reporting import svg
from autograder.reporting.text import clean, ends, line

MOST_EVIDENCE = 12
MOST_ROWS = 60
MOST_COLUMNS = 12
MOST_FRAMES = 12

View = dict[str, Any]


def views(evidence: Sequence[Evidence]) -> list[View]:
    """One view for each piece that can be shown: ``kind`` names the template's macro."""
    shown = []
    for piece in evidence[:MOST_EVIDENCE]:
        build = _BUILDERS.get(piece.kind)
        data = piece.data if isinstance(piece.data, Mapping) else {}
        view = build(data) if build is not None else None
        if view is not None:
            shown.append({"kind": piece.kind, **view})
    return shown


def _shapes(data: Mapping[str, Any]) -> View | None:
    rows = [
        {
            "what": line(row.get("what", ""), 80),
            "expected": line(row.get("expected", ""), 80),
            "got": line(row.get("got", ""), 80),
            "ok": row.get("ok") is True,
        }
        for row in _rows(data)
    ]
    return {"rows": rows} if rows else None


def _parameters(data: Mapping[str, Any]) -> View | None:
    rows = []
    for row in _rows(data):
        number = row.get("count")
        shown = f"{number:,}" if isinstance(number, int) else line(number, 40)
        rows.append({"name": line(row.get("name", ""), 100), "shape": line(row.get("shape", ""), 60), "count": shown})
    total = data.get("total")
    return {
        "rows": rows,
        "left_out": max(0, len(_list(data.get("rows"))) - len(rows)),
        "total": f"{total:,}" if isinstance(total, int) else line(total or "", 40),
        "expected": line(data.get("expected", ""), 200),
    }


def _errors(data: Mapping[str, Any]) -> View | None:
    return svg.heat_map(data)


def _curves(data: Mapping[str, Any]) -> View | None:
    return svg.curves(data)


def _traceback(data: Mapping[str, Any]) -> View | None:
    frames = [
        {
            "file": line(frame.get("file", "?"), 120),
            "line": line(frame.get("line", ""), 12),
            "function": line(frame.get("function", ""), 120),
            "code": clean(str(frame.get("code", "")).strip(), 300),
        }
        for frame in _dicts(data.get("frames"))
    ]
    # The innermost frames say most; a recursion has thousands.
    left_out = max(0, len(frames) - MOST_FRAMES)
    return {"exception": clean(data.get("exception", ""), 1000), "frames": frames[left_out:], "left_out": left_out}


def _answer(data: Mapping[str, Any]) -> View | None:
    text, _ = ends(data.get("markdown", ""), 20_000)
    return {"text": text.strip("\n")}


def _output(data: Mapping[str, Any]) -> View | None:
    dropped = data.get("truncated")
    return output(data.get("text", ""), dropped if isinstance(dropped, int) else 0)


def output(text: Any, dropped: int) -> View | None:
    """Captured output: beginning and end. ``dropped`` bytes were left out before it came here."""
    shown = ends(text, 6000)[0].rstrip()
    if not shown:
        return None
    lines = shown.count("\n") + 1
    summary = f"{lines} line{'' if lines == 1 else 's'}" + (f"; {_size(dropped)} more were cut off" if dropped else "")
    return {"text": shown, "summary": summary}


def _table(data: Mapping[str, Any]) -> View | None:
    columns = [line(c, 80) for c in _list(data.get("columns"))[:MOST_COLUMNS]]
    rows = [[line(c, 200) for c in _list(row)[: len(columns)]] for row in _list(data.get("rows"))[:MOST_ROWS]]
    rows = [row + [""] * (len(columns) - len(row)) for row in rows]
    return {"title": line(data.get("title", ""), 600), "columns": columns, "rows": rows} if columns and rows else None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in _list(value)[:2000] if isinstance(item, Mapping)]


def _rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _dicts(data.get("rows"))[:MOST_ROWS]


def _size(number: int) -> str:
    for unit, least in (("MB", 1_000_000), ("kB", 1000)):
        if number >= least:
            return f"{number / least:.3g} {unit}"
    return f"{number} bytes"


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], View | None]] = {
    "shapes": _shapes,
    "parameters": _parameters,
    "errors": _errors,
    "curves": _curves,
    "traceback": _traceback,
    "answer": _answer,
    "output": _output,
    "table": _table,
}
