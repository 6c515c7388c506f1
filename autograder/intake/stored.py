"""What a notebook has stored, cut to a size that can be shown: sources, outputs, the cell of each exercise."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograder.intake.answers import Answers
from autograder.intake.limits import MAX_NAME, megabytes
from autograder.intake.notebook import Cell, Notebook, joined
from autograder.intake.wanted import Wanted
from autograder.shown import ShownCell, ShownNotebook, ShownOutput

MOST_CELLS = 600
MOST_SOURCE = 60_000  # characters of one cell
MOST_OUTPUTS = 30  # of one cell
MOST_TEXT = 12_000  # characters of one printed output
MOST_HTML = 100_000
MOST_PICTURE = 2_000_000  # characters of base64
MOST_SHOWN = 8_000_000  # characters of all outputs together
OWN_CARD = '<div class="autograder">'  # as reporting writes it into a notebook

_PICTURES = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/svg+xml": "svg"}
_KINDS = {**_PICTURES, "text/html": "html", "text/markdown": "markdown", "text/latex": "text", "text/plain": "text"}
_MOST = {"text": MOST_TEXT, "markdown": MOST_TEXT, "html": MOST_HTML}


def show(name: str, cells: Sequence[Cell], book: Notebook, wanted: Iterable[Wanted], answers: Answers) -> ShownNotebook:
    """The notebook as its owner will see it again, and where each exercise is in it."""
    left = MOST_SHOWN
    shown = []
    for cell in cells[:MOST_CELLS]:
        outputs = _outputs(cell.outputs, left)
        left -= sum(len(output.data) for output in outputs)
        source = cell.text
        if len(source) > MOST_SOURCE:
            source = f"{source[:MOST_SOURCE]}\n… {len(cell.text) - MOST_SOURCE:,} more characters"
        attached = _attached(cell.attachments, left) if cell.kind == "markdown" else {}
        left -= sum(len(one.data) for one in attached.values())
        shown.append(ShownCell(cell.number, cell.kind, source, outputs, cell.execution, attached))
    return ShownNotebook(name, tuple(shown), _places(cells, book, wanted, answers))


def _places(
    cells: Sequence[Cell], book: Notebook, wanted: Iterable[Wanted], answers: Answers
) -> Mapping[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    written = answers.places(cells)
    for item in wanted:
        numbers = sorted({book.cells[name] for name in item.names if name in book.cells})
        if item.written and item.id in written:
            numbers = [written[item.id]]
        if numbers:
            places[item.id] = tuple(numbers)
    return places


def _attached(found: Any, left: int) -> dict[str, ShownOutput]:
    """The pictures that a Markdown cell brings along."""
    pictures: dict[str, ShownOutput] = {}
    for name, bundle in list(found.items())[:MOST_OUTPUTS] if isinstance(found, dict) else ():
        for mime, kind in _PICTURES.items():
            stored = bundle.get(mime) if isinstance(bundle, dict) else None
            data = joined(stored) if isinstance(stored, str | list) else ""
            if (
                data
                and (kind == "svg" or _is_base64(data))
                and len(data) <= min(MOST_PICTURE, left)
                and len(name) <= MAX_NAME
            ):
                pictures[name] = ShownOutput(kind, data)
                left -= len(data)
                break
    return pictures


def _is_base64(data: str) -> bool:
    try:
        return bool(base64.b64decode("".join(data.split()), validate=True))
    except ValueError:
        return False


def _outputs(found: Sequence[Any], left: int) -> tuple[ShownOutput, ...]:
    result: list[ShownOutput] = []
    for output in found[:MOST_OUTPUTS]:
        one = _output(output) if isinstance(output, dict) else None
        if one is None:
            continue
        if len(one.data) > left:
            one = ShownOutput("left_out", f"an output of {_size(len(one.data))}: the page would grow too large")
        left -= len(one.data)
        if result and one.kind == result[-1].kind == "text" and output.get("output_type") == "stream":
            one = ShownOutput("text", _cut(result.pop().data + one.data, MOST_TEXT))
        result.append(one)
    if len(found) > MOST_OUTPUTS:
        result.append(ShownOutput("left_out", f"{len(found) - MOST_OUTPUTS:,} more outputs"))
    return tuple(result)


def _output(output: Mapping[str, Any]) -> ShownOutput | None:
    kind = output.get("output_type")
    if kind == "stream":
        return ShownOutput("text", _cut(joined(output.get("text")), MOST_TEXT))
    if kind in ("error", "pyerr"):
        lines = output.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        plain = f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}"
        return ShownOutput("error", _cut(text or plain, MOST_TEXT))
    data = output.get("data", output)
    if not isinstance(data, dict):
        return None
    if joined(data.get("text/html", "")).lstrip().startswith(OWN_CARD):
        return ShownOutput("left_out", "what `check` said when the notebook was run")
    for mime, name in _KINDS.items():
        # Format 3 and older: "png", "text" beside the type of the output.
        stored = data.get(mime, data.get({"text/plain": "text"}.get(mime, mime.rpartition("/")[2].partition("+")[0])))
        if stored is None:
            continue
        text = joined(stored)
        most = _MOST.get(name, MOST_PICTURE)
        if name == "text":
            return ShownOutput(name, _cut(text, most))
        if len(text) <= most and text.strip():
            return ShownOutput(name, text)
        if not any(data.get(other) for other in ("text/plain", "text")):
            return ShownOutput("left_out", f"an output of {_size(len(text))}")
    if any(isinstance(mime, str) and "javascript" in mime for mime in data):
        return ShownOutput("left_out", "a script, which is not run here")
    return ShownOutput("left_out", f"an output of another kind ({_size(len(json.dumps(data, default=str)))})")


def _cut(text: str, most: int) -> str:
    """Beginning and end of a long text."""
    if len(text) <= most:
        return text
    head, tail = text[: most * 2 // 3], text[-most // 3 :]
    return f"{head}\n… {len(text) - len(head) - len(tail):,} characters left out …\n{tail}"


def _size(count: int) -> str:
    return megabytes(count) if count >= 100_000 else f"{count:,} characters"
