"""Names: of students as they are shown, of modules as they are imported, and how two are compared."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

from autograder.intake.limits import CODE, MAX_NAME, OTHER_ARCHIVES, READ, suffix

_ASIDE = frozenset({"old", "alt", "backup", "bak", "copy", "kopie", "draft", "entwurf"})
_COPY = re.compile(r"(?:\s*\(\d+\)|\s+-\s+Cop(?:y|ie)|\s+copy(?:\s+\d+)?|[-_]Copy\d+)+$", re.IGNORECASE)


def shown(name: str) -> str:
    """A name that may be printed, stored and used for a folder: no control or separator characters.

    What a file system gave may be no text at all (lone surrogates) or text that reorders a line.
    """
    text = unicodedata.normalize("NFC", name)
    clean = "".join("_" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else c for c in text)
    if len(clean) > MAX_NAME:
        clean = clean[: MAX_NAME // 2 - 1] + "…" + clean[-MAX_NAME // 2 :]
    return clean


def student(name: str) -> str:
    """A student's name from the name of a folder or a file: no suffix, no slash, never empty or dots."""
    end = suffix(name)
    if end in READ or end == ".zip" or end in OTHER_ARCHIVES:
        name = name[: -len(end)]
    name = shown(re.sub(r'[/\\:*?"<>|]', "_", name)).strip(" .")
    return name or "unnamed"


def unique(name: str, taken: Iterable[str]) -> str:
    """``name``, or ``name-2`` and so on where another name is the same but for upper and lower case."""
    used = {other.casefold() for other in taken}
    number, result = 1, name
    while result.casefold() in used:
        number += 1
        result = f"{name}-{number}"
    return result


def stem(name: str) -> str:
    """File name without folder, suffix and the marks of a copy: ``hw/lstm (1).py`` is ``lstm``."""
    last = name.rpartition("/")[2]
    end = suffix(last)
    base = last[: -len(end)] if end else last
    return _COPY.sub("", base) or base


def is_set_aside(name: str) -> bool:
    """Whether the name of a file or of its folder says that there is a newer one: ``old/rnn.py``, ``rnn_backup.py``."""
    words = re.split(r"[\W\d_]+", name.casefold())
    return not _ASIDE.isdisjoint(words)


def identifier(name: str) -> str:
    """``name`` as something that Python can import: ``my lstm`` is ``my_lstm``."""
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"\W+", "_", text).strip("_") if not text.isidentifier() else text
    if not text or not (text[0].isalpha() or text[0] == "_") or not text.isidentifier():
        text = re.sub(r"[^0-9A-Za-z_]", "_", f"file_{text}")
    return f"{text}_" if keyword.iskeyword(text) else text


def modules(files: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Import name of each file (relative, with ``/``), each its own.

    A folder is part of the import name if it has an ``__init__.py`` or if one of ``texts`` imports from
    it; a folder that only holds files (``homework/lstm.py``) is not, so that ``import lstm`` works.
    """
    files = list(files)
    folders = {folder for name in files for folder in name.split("/")[:-1]}
    packages = {name.split("/")[-2] for name in files if "/" in name and name.endswith("/__init__.py")}
    if open_ones := sorted(folders - packages):
        pattern = re.compile(r"\b(?:from|import)[ \t]+(" + "|".join(map(re.escape, open_ones)) + r")\b")
        packages |= {match.group(1) for text in texts for match in pattern.finditer(text)}
    result: dict[str, str] = {}
    taken: set[str] = set()
    # The shortest path and the .py file win the plain name; others of the same name get a number.
    for name in sorted(files, key=lambda n: (n.count("/"), CODE.index(suffix(n)), _is_copy(n), n)):
        *parents, last = name.split("/")
        first = next((i for i, folder in enumerate(parents) if folder in packages), len(parents))
        parts = [identifier(folder) for folder in parents[first:]]
        if not (last == "__init__.py" and parts):
            parts.append(identifier(stem(last)))
        module, number = ".".join(parts), 1
        while module in taken:
            number += 1
            module = ".".join([*parts[:-1], f"{parts[-1]}_{number}"])
        taken.add(module)
        result[name] = module
    return result


def _is_copy(name: str) -> bool:
    last = name.rpartition("/")[2]
    return stem(last) != last[: len(last) - len(suffix(last))]


def fold(name: str) -> str:
    """A name for comparison: no accents, case, spaces or punctuation; words in alphabetical order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(sorted(re.findall(r"[^\W_]+", plain.casefold())))


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names in a sentence: ``A``, ``A and B``, ``A, B, C, D and 3 more``."""
    shown_ = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown_)} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(shown_[:-1]), shown_[-1]])) if shown_ else ""
