"""The table of attacks is complete, and the page made from it is the one that was written last."""

from __future__ import annotations

import json

from hostile import table


def test_every_attack_of_the_catalogue_is_tried_or_said_not_to_apply() -> None:
    table.gather()
    tried = {made.number for made in table.ATTACKS.values()}
    assert not tried & set(table.NOT_APPLICABLE)
    assert set(range(1, table.LAST + 1)) <= tried | set(table.NOT_APPLICABLE)


def test_of_every_attack_something_was_seen() -> None:
    """Where this fails: run the suite with HOSTILE_RECORD=1."""
    table.gather()
    seen = {f"{row['number']} {row['name']}": row["seen"] for row in json.loads(table.SEEN.read_text(encoding="utf-8"))}
    assert not [key for key in table.ATTACKS if not seen.get(key)]


def test_the_page_is_made_from_what_was_seen() -> None:
    """Where this fails: python -m tests.hostile.table."""
    table.gather()
    assert table.PAGE.read_text(encoding="utf-8") == table.page(table.rows())


def test_a_cell_of_the_page_cannot_break_its_table() -> None:
    row = {"number": 1, "name": "a|b", "tries": "<script>\nx", "level": "any", "seen": "y\n| 2 |"}
    lines = table.page([row]).splitlines()
    assert "| 1 | a\\|b | &lt;script> x | every level | y \\| 2 \\| |" in lines
