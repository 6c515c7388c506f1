"""Begin: a small assignment that grades from the start, for its author to change piece by piece."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from autograder.errors import AssignmentError, UnusableName

TEMPLATE = Path(__file__).parent / "template"
ENDING = ".in"  # so that no tool takes a template for a program
HALVES = {"assignment": "assignments", "solution": "solutions"}  # folder of the template -> folder of the course
TAKEN = ("stand_ins",)  # folders in assignments/ that are none
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


def begin(course: Path, id: str, title: str) -> tuple[Path, ...]:
    """Write the sources of an assignment into ``course/assignments/ID`` and ``course/solutions/ID``.

    Returns the files, sorted. Raises UnusableName, before anything is written, for an id that cannot be one, a title
    that is no single line, and where either folder is there; AssignmentError where nothing can be written.
    """
    if not TEMPLATE.is_dir():
        mend = "run this from a checkout of the project, in its own environment"
        raise AssignmentError("this copy came with a handout, which has nothing to begin an assignment from", mend=mend)
    if not _ID.fullmatch(id) or id in TAKEN:
        mend = "use up to 40 small letters, digits and _, a letter first, as in attention_1"
        raise UnusableName(f"{id!r} cannot be the name of an assignment", mend=mend)
    if not title.strip() or not title.isprintable() or {'"', "\\"} & set(title):
        mend = "use one line without quotation marks and backslashes"
        raise UnusableName(f"{title!r} cannot be a title", mend=mend)
    places = {half: course / folder / id for half, folder in HALVES.items()}
    for place in places.values():
        if place.exists():
            raise UnusableName(f"{place} is there already, so nothing was written", mend="choose another name")
    written = []
    try:
        for source in sorted(TEMPLATE.rglob(f"*{ENDING}")):
            half, *parts = source.relative_to(TEMPLATE).parts
            target = places[half].joinpath(*parts).with_name(source.name.removesuffix(ENDING))
            target.parent.mkdir(parents=True, exist_ok=True)
            text = Template(source.read_text(encoding="utf-8")).substitute(id=id, title=title.strip())
            target.write_text(text, encoding="utf-8")
            written.append(target)
    except OSError as error:
        raise AssignmentError(f"{error.filename or course} cannot be written: {error.strerror}") from None
    return tuple(sorted(written))
