"""Bytes of a source file to text, as Python would read them, or the reason why not."""

from __future__ import annotations

import codecs
import re

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_SAVE = "Save the file as UTF-8 (in VS Code: the encoding at the bottom right, “Save with Encoding”)."
# Character sets only: Python also has codecs that are no text (rot13, zlib) or slow on purpose (idna).
_CODECS = re.compile(
    r"utf-8(?:-sig)?|ascii|iso8859-\d+|cp(?:125\d|437|85\d|86\d|932|936|949|950)|koi8-[rtu]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc_jp|euc_kr|mac-roman"
)


class Undecodable(Exception):  # noqa: N818  # becomes a Problem of one student
    """Bytes that are no text. ``line`` is where, if that is known."""

    def __init__(self, message: str, hint: str = _SAVE, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


def decode(data: bytes) -> str:
    r"""Text with ``\n`` line ends: UTF-8 (with or without mark), or what a PEP 263 cookie names.

    Raises Undecodable.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Undecodable("is saved as UTF-16, which Python does not read")
    if b"\0" in data:
        if data.startswith(b"PK\x03\x04"):
            raise Undecodable("is a zip archive, whatever its name says", "Rename it to .zip and hand it in again.")
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise Undecodable("holds NUL bytes: it is not a text file, or it was damaged", _SAVE, line)
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else _declared(data)
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise Undecodable(f"is not {what} text: byte 0x{data[error.start]:02x}", _SAVE, line) from None
    except UnicodeEncodeError:
        raise Undecodable(f"is not {encoding} text") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lossy(data: bytes) -> str:
    """Text for a person or a pattern: whatever can be read of it."""
    text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _declared(data: bytes) -> str:
    lines = re.split(rb"\r\n|\r|\n", data[:2000], maxsplit=2)[:2]
    for number, line in enumerate(lines, 1):
        if match := _COOKIE.match(line):
            name = match.group(1).decode("ascii", "replace")
            try:
                canonical = codecs.lookup(name).name
            except LookupError:
                raise Undecodable(f"declares the unknown encoding {name!r}", _SAVE, number) from None
            if not _CODECS.fullmatch(canonical):
                raise Undecodable(f"declares the encoding {name!r}, which is not read here", _SAVE, number)
            return canonical
        if not _BLANK.match(line):
            break
    return "utf-8"
