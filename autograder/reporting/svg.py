"""The geometry of the pictures: what is drawn where, as plain numbers. The templates draw it.

Nothing here writes markup, so nothing that came from a submission can become markup.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.reporting.text import count, line, real, short_number

MOST_CELLS = 24
MOST_POINTS = 400
LEVELS = 6  # steps of the scale above the tolerance


def heat_map(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """A picture of absolute errors: cells by level on a logarithmic scale. None where there is nothing to draw.

    Level 0 is within the tolerance, 1 to ``LEVELS`` are equal steps of the logarithm from the smallest error
    above the tolerance to the largest, "nan" is not a number. The levels are classes of the style sheet.
    """
    rows = [[_error(v) for v in _list(row)[:MOST_CELLS]] for row in _list(data.get("values"))[:MOST_CELLS]]
    rows = [row for row in rows if row]
    if not rows:
        return None
    flat = [value for row in rows for value in row]
    tolerance = max(real(data.get("tolerance")) or 0.0, 1e-300)
    largest = max((v for v in flat if v is not None), default=0.0)
    smallest = min((v for v in flat if v is not None and v > tolerance), default=largest)
    scale = (math.log10(smallest), math.log10(largest)) if largest > tolerance else (0.0, 0.0)
    row_name, column_name = line(data.get("rows", "row"), 40), line(data.get("columns", "column"), 40)
    size = 26 if len(rows[0]) <= 10 else 16
    left, top = 34, 26
    cells = []
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            level = _level(value, tolerance, scale)
            shown = "not a number" if value is None else short_number(value)
            cells.append(
                {
                    "x": left + c * size,
                    "y": top + r * size,
                    "level": level,
                    "title": f"{row_name} {r}, {column_name} {c}: {shown}",
                }
            )
    wrong = sum(cell["level"] != 0 for cell in cells)
    sampled = len(rows) >= MOST_CELLS or len(rows[0]) >= MOST_CELLS
    columns = max(len(row) for row in rows)
    where = _pattern(rows, tolerance, row_name, column_name)
    return {
        "title": line(data.get("title", ""), 120),
        "width": left + columns * size + 2,
        "height": top + len(rows) * size + 2,
        "size": size - 2,
        "cells": cells,
        "row_name": row_name,
        "column_name": column_name,
        "row_ticks": _ticks(len(rows), top, size) if not sampled else [],
        "column_ticks": _ticks(columns, left, size) if not sampled else [],
        "tolerance": short_number(tolerance),
        "scale": [short_number(smallest), short_number(largest)] if largest > tolerance else [],
        "levels": list(range(1, LEVELS + 1)) if largest > smallest else [LEVELS],
        "nan": any(v is None for v in flat),
        "label": f"{wrong} of {len(cells)} cells differ; the largest difference is {short_number(largest)}. {where}",
        "where": where,
        "sampled": sampled,
    }


def curves(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Lines over epochs, with the band of the reference behind them. None where there is nothing to draw."""
    series = [
        (line(entry.get("name", ""), 18), values)
        for entry in _list(data.get("series"))[:6]
        if isinstance(entry, Mapping) and (values := _values(entry.get("values")))
    ]
    band = data.get("band") if isinstance(data.get("band"), Mapping) else None
    low = _values(band.get("low")) if band else []
    high = _values(band.get("high")) if band else []
    pairs = [(a, b) for a, b in zip(low, high, strict=False) if a is not None and b is not None]
    every = [v for _, values in series for v in values if v is not None] + [v for pair in pairs for v in pair]
    if not series or not every:
        return None
    length = max([len(values) for _, values in series] + [len(pairs)])
    floor, ceiling = _nice(min(every), max(every))
    longest = max(len(f"{name} 0.000") for name, _ in series)
    width, height, left, right, top, bottom = 440, 220, 40, min(30 + 7 * longest, 200), 12, 36

    def x(index: int) -> float:
        inner = width - left - right
        return round(left + (inner * index / (length - 1) if length > 1 else inner / 2), 1)

    def y(value: float) -> float:
        return round(top + (height - top - bottom) * (1 - (value - floor) / (ceiling - floor)), 1)

    lines = []
    for number, (name, values) in enumerate(series):
        points = [(x(i), y(v)) for i, v in enumerate(values) if v is not None]
        if points:
            last = next(v for v in reversed(values) if v is not None)
            lines.append(
                {
                    "name": name,
                    "points": _path(points),
                    "number": number,
                    "end": points[-1],
                    "label": f"{name} {short_number(last)}",
                }
            )
    _spread(lines)
    edge = [(x(i), y(b)) for i, (_, b) in enumerate(pairs)] + [(x(i), y(a)) for i, (a, _) in enumerate(pairs)][::-1]
    steps = [floor + (ceiling - floor) * i / 4 for i in range(5)]
    spoken = "; ".join(f"{name} from {_first(values)} to {_first(values[::-1])}" for name, values in series)
    return {
        "title": line(data.get("title", ""), 120),
        "x_name": line(data.get("x", "epoch"), 40),
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "bottom": height - bottom,
        "lines": lines,
        "band": _path(edge) if len(pairs) > 1 else "",
        "band_name": line(band.get("name", "reference"), 60) if band else "",
        "y_ticks": [{"y": y(v), "text": short_number(v)} for v in steps],
        "x_ticks": [{"x": x(i), "text": str(i + 1)} for i in _some(length)],
        "label": f"{count(length, 'point')} along {line(data.get('x', 'epoch'), 40)}: {spoken}",
    }


def histogram(percents: Sequence[float], bins: int = 10) -> dict[str, Any]:
    """Bars of how many students lie in each tenth of the percentage; 100 % has a bar of its own."""
    numbers = [0] * (bins + 1)
    for percent in percents:
        numbers[min(max(int(percent * bins / 100), 0), bins)] += 1
    most = max([*numbers, 1])
    width, height, left, bottom, step = 350, 190, 8, 36, 30
    bars = []
    for index, number in enumerate(numbers):
        tall = round((height - bottom - 20) * number / most, 1)
        span = f"{index * 100 // bins} to {(index + 1) * 100 // bins - 1}" if index < bins else "100"
        bars.append(
            {
                "x": left + index * step + 2,
                "y": height - bottom - tall,
                "width": step - 4,
                "height": tall,
                "middle": left + index * step + step / 2,
                "number": number,
                "name": str(index * 100 // bins),
                "span": span,
            }
        )
    spoken = ", ".join(f"{bar['span']} %: {bar['number']}" for bar in bars if bar["number"])
    return {"width": width, "height": height, "base": height - bottom, "bars": bars, "label": spoken or "no grades"}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _values(value: Any) -> list[float | None]:
    """Numbers of a curve; what no picture could show beside the others becomes a gap."""
    numbers = [real(v) for v in _list(value)[:MOST_POINTS]]
    return [v if v is not None and abs(v) < 1e12 else None for v in numbers]


def _error(value: Any) -> float | None:
    number = real(value)
    return None if number is None else abs(number)


def _level(value: float | None, tolerance: float, scale: tuple[float, float]) -> int | str:
    if value is None:
        return "nan"
    if value <= tolerance:
        return 0
    low, high = scale
    if high <= low:
        return LEVELS
    return min(LEVELS, 1 + int(LEVELS * (math.log10(value) - low) / (high - low)))


def _pattern(rows: Sequence[Sequence[float | None]], tolerance: float, row_name: str, column_name: str) -> str:
    """Where the error sits, in words, when it is not everywhere and not scattered."""
    bad = [[value is None or value > tolerance for value in row] for row in rows]
    in_rows = [r for r, row in enumerate(bad) if any(row)]
    in_columns = [c for c in range(len(bad[0])) if any(c < len(row) and row[c] for row in bad)]
    if not in_rows:
        return "Nothing differs."
    if all(all(row) for row in bad):
        return "Every value is off."
    parts = []
    for name, found, total in ((row_name, in_rows, len(bad)), (column_name, in_columns, len(bad[0]))):
        if len(found) < total:
            parts.append(f"{name} {_numbers(found)}")
    return f"Only at {' and '.join(parts)}." if parts else "The error is scattered."


def _numbers(found: Sequence[int]) -> str:
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]} to {found[-1]}"
    return ", ".join(str(n) for n in found[:8]) + (" …" if len(found) > 8 else "")


def _ticks(number: int, start: int, size: int) -> list[dict[str, Any]]:
    return [{"at": start + i * size + size / 2, "text": str(i)} for i in range(number)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{px:g},{py:g}" for px, py in points)


def _first(values: Sequence[float | None]) -> str:
    return next((short_number(v) for v in values if v is not None), "nothing")


def _some(length: int) -> list[int]:
    step = max(1, math.ceil(length / 8))
    return sorted({*range(0, length, step), length - 1} - ({length - 2} if length > 8 else set()))


def _nice(low: float, high: float) -> tuple[float, float]:
    if low >= 0 and high <= 1.0 and high - low > 0.02:
        return (0.0, 1.0) if high > 0.5 else (0.0, math.ceil(high * 10) / 10)
    margin = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < high - low else low - margin), high + margin


def _spread(lines: list[dict[str, Any]], apart: float = 14.0) -> None:
    """Labels at the ends of the lines, moved apart so that none covers another."""
    floor = -math.inf
    for entry in sorted(lines, key=lambda entry: float(entry["end"][1])):
        entry["label_y"] = max(entry["end"][1] + 4, floor + apart)
        floor = entry["label_y"]
