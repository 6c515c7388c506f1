"""Text from submissions is bounded and shows what it hides."""

from __future__ import annotations

import json
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reporting.tables import cell
from autograder.reporting.text import clean, ends, headline, line, plain, short_number

ANY_TEXT = st.text(st.characters(), max_size=400)  # half characters (surrogates) too


@given(ANY_TEXT, st.integers(1, 300))
def test_cleaned_text_is_bounded_encodable_and_has_no_control_characters(text: str, most: int):
    shown = clean(text, most)
    assert len(shown) <= most
    shown.encode("utf-8")
    hidden = [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert hidden == []
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in shown)


@given(ANY_TEXT)
def test_a_line_has_no_line_ends(text: str):
    assert "\n" not in line(text)
    assert "\t" not in line(text)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://example.org\x07link\x1b]8;;\x07", "link"),
        ("a\x00b\x7f", "a␀b␡"),
        ("\u202egnp.exe", "⟦U+202E⟧gnp.exe"),
        ("a\u200bb\ufeff", "a⟦U+200B⟧b⟦U+FEFF⟧"),
        ("10%\r20%\r\ndone", "10%\n20%\ndone"),
        ("half \ud800", "half \ufffd"),
        ("ação 中文 🙂", "ação 中文 🙂"),
    ],
)
def test_what_is_hidden_becomes_visible_and_ordinary_text_stays(given_text: str, shown: str):
    assert clean(given_text) == shown


def test_a_tower_of_combining_marks_is_cut_to_four():
    assert clean("e" + "\u0301" * 50 + "x") == "e" + "\u0301" * 4 + "x"


def test_long_output_keeps_its_beginning_and_its_end():
    text, left_out = ends("first " + "x" * 10_000 + " last", 1000)
    assert text.startswith("first ")
    assert text.endswith(" last")
    assert left_out == 10_011 - 1000
    assert f"{left_out:,} characters left out" in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "＝"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start: str):
    assert cell(f"{start}1+1").startswith("'")


@given(ANY_TEXT)
def test_no_cell_starts_with_a_sign_of_a_formula(text: str):
    assert cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_ordinary_cells_are_left_alone():
    assert cell("Osei, Ada") == "Osei, Ada"


@given(
    st.recursive(st.none() | st.floats() | ANY_TEXT, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner))
)
def test_plain_values_are_strict_json_in_utf8(value: object):
    json.dumps(plain(value), allow_nan=False, ensure_ascii=False).encode("utf-8")


def test_numbers_are_short():
    assert [short_number(v) for v in (0.21309, 1e-9, 1.0, 2.5e12, math.pi)] == ["0.213", "1e-9", "1", "2.5e12", "3.14"]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("h differs. Seen at random weights.", ("h differs", "Seen at random weights.")),
        ("x has shape (3, 4); expected (4, 3)", ("x has shape (3, 4); expected (4, 3)", "")),
        ("the loss is 0.5. of two", ("the loss is 0.5. of two", "")),
        ("first\nsecond", ("first", "second")),
    ],
)
def test_a_headline_is_the_first_sentence_or_line(message: str, parts: tuple[str, str]):
    assert headline(message) == parts


@given(ANY_TEXT, st.integers(20, 80))
def test_a_long_headline_is_cut_and_what_follows_goes_on_from_there(message: str, most: int):
    head, rest = headline(message, most)
    assert len(head) <= most
    if rest.startswith("… ") and head.endswith(" …"):
        assert "".join((head[:-2] + rest[2:]).split()) == "".join(message.split())


def test_a_long_headline_is_cut_between_words_and_outside_of_code():
    message = "The same weights are said to be in `linear.weight` and in `linear_of_the_gates.weight`, which one does"
    assert headline(message, 80) == (
        "The same weights are said to be in `linear.weight` and in …",
        "… `linear_of_the_gates.weight`, which one does",
    )
