"""Text from submissions made safe to show: bounded, one encoding, nothing invisible."""

from __future__ import annotations

import math
import re
from typing import Any

# Terminal sequences: CSI (colours, cursor), OSC (titles, links) and the two-byte escapes.
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]")
# Characters that reorder, hide or forge text: bidirectional controls, zero-width spaces, soft hyphen, tags.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def clean(value: Any, most: int = 2000) -> str:
    """``value`` as text of at most ``most`` characters; control and reordering characters become visible.

    Terminal colours are dropped, tabs and line ends kept, every other control character is shown as its
    picture (``␀``) or as its code point (``⟦U+202E⟧``).
    """
    text = value if isinstance(value, str) else str(value)
    # Far more than is shown is not worth cleaning: what a submission printed may be long.
    text = text[: most * 4 + 4000]
    if text.isascii() and text.isprintable():  # most texts
        return text if len(text) <= most else text[: most - 1].rstrip() + "…"
    text = _ANSI.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _SURROGATE.sub("\ufffd", text)
    text = _CONTROL.sub(_picture, text)
    text = _HIDDEN.sub(_point, text)
    text = _STACKED.sub(r"\1", text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def line(value: Any, most: int = 200) -> str:
    """``clean`` on one line: names, titles, table cells."""
    return clean(" ".join(clean(value, most * 2).split()), most)


def ends(value: Any, most: int = 6000) -> tuple[str, int]:
    """The beginning and the end of a long text, and how many characters between them are left out."""
    text = value if isinstance(value, str) else str(value)
    if len(text) <= most:
        return clean(text, most * 8), 0
    half = most // 2
    left_out = len(text) - 2 * half
    return (
        f"{clean(text[:half], half * 8)}\n… {left_out:,} characters left out …\n{clean(text[-half:], half * 8)}",
        left_out,
    )


def headline(message: str, most: int = 280) -> tuple[str, str]:
    """The first sentence or line of a message, without its full stop, and what follows it.

    A long one is cut between words and outside of `code`; what follows goes on from there.
    """
    found = re.search(r"\n|(?<=[^.A-Z][.!?])\s+(?=[A-Z])", message)
    head, rest = (message[: found.start()], message[found.end() :]) if found else (message, "")
    if len(head) > most:
        at = head.rfind(" ", most // 2, most - 1)
        at = at if at > 0 else most - 2
        if head.count("`", 0, at) % 2 and "`" in head[at:]:
            at = max(head.rfind("`", 0, at), most // 2)
        return f"{head[:at].rstrip()} …", f"… {message[at:].strip()}"
    return head.removesuffix(".").rstrip(), rest.strip()


def count(number: int, one: str, many: str = "") -> str:
    """``1 point``, ``3 points``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def real(value: Any) -> float | None:
    """``value`` as a finite number, or None. True and False are not numbers here."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def short_number(value: float) -> str:
    """Three significant digits: ``0.213``, ``1e-09`` as ``1e-9``."""
    return re.sub(r"e([+-])0*(\d)", lambda m: f"e{'-' if m[1] == '-' else ''}{m[2]}", f"{value:.3g}")


def plain(value: Any) -> Any:
    """JSON values that every reader accepts: no NaN or infinity (None instead), no half characters."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else f"⟦U+{code:04X}⟧"


def _point(match: re.Match[str]) -> str:
    return f"⟦U+{ord(match[0]):04X}⟧"
