"""Printable: text that a submission made, safe to write to a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """Text that cannot move the cursor, colour the terminal or reverse its direction."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
