"""The colours of the style sheet meet WCAG AA in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[1] / "reports" / "static" / "report.css").read_text(encoding="utf-8")
LIGHT, DARK, PRINT = (
    dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", b)) for b in re.findall(r":root \{(.*?)\n *\}", CSS, re.S)
)
INKS = ("ink", "soft", "accent", "passed", "failed", "crashed", "void")
GROUNDS = ("paper", "sheet", "wash")


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_text_has_a_contrast_of_at_least_4_5_on_every_ground(scheme: dict[str, str]):
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS] + [
        ("ink", "mark"),
        ("soft", "mark"),
        ("accent", "mark"),
    ]
    weak = {pair: round(contrast(scheme[pair[0]], scheme[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_lines_of_a_chart_have_a_contrast_of_at_least_3_on_the_page_and_on_the_band(scheme: dict[str, str]):
    weak = {(s, g): contrast(scheme[s], scheme[g]) for s in ("s0", "s1", "s2", "s3") for g in ("paper", "band")}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_the_steps_of_a_heat_map_go_one_way(scheme: dict[str, str]):
    steps = [luminance(scheme[f"l{i}"]) for i in range(1, 7)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))


def test_the_schemes_name_the_same_colours():
    assert set(LIGHT) == set(DARK) == set(PRINT)
