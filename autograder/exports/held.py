"""All that is held about one student, as a zip that a person can read: files, grades, marks, notes."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.gradebook import notes
from autograder.gradebook.records import Person
from autograder.gradebook.store import Gradebook


def held_zip(book: Gradebook, person: Person, to: Path, report: Path | None = None) -> int:
    """Write it; returns how many files it has. ``report``: the student's folder of reports, put in as well."""
    taken: set[str] = set()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _parts(book, person, report):
            archive.writestr(_free(name, taken), data)
    return len(taken)


def _parts(book: Gradebook, person: Person, report: Path | None) -> Iterator[tuple[str, bytes]]:
    about: dict[str, Any] = {"student": dataclasses.asdict(person), "assignments": {}}
    for assignment in book.assignments():
        attempts = book.attempts(assignment, person.key)
        extension = book.people.extensions(assignment).get(person.key)
        said = notes.of(book, assignment, person.key)
        if not attempts and extension is None and not said:
            continue
        about["assignments"][assignment] = {
            "extension": None if extension is None else dataclasses.asdict(extension),
            "notes": [dataclasses.asdict(note) for note in said],
            "attempts": [_attempt(book, one.id, dataclasses.asdict(one)) for one in attempts],
        }
        for one in attempts:
            base = f"{assignment}/attempt-{one.number}"
            for name, data in book.files(one.id).items():
                yield f"{base}/files/{name}", data
            for record in book.history(one.id):
                yield f"{base}/grade-{record.id}.json", _json(book.document(record.id).to_json())
                if record.transcript is not None:
                    yield f"{base}/transcript-{record.id}.bin", book.blob(record.transcript)
    yield "student.json", _json(about)
    for path in sorted(report.rglob("*")) if report is not None else ():
        if report is not None and path.is_file() and not path.is_symlink():
            yield f"report/{path.relative_to(report).as_posix()}", path.read_bytes()


def _attempt(book: Gradebook, number: int, plain: dict[str, Any]) -> dict[str, Any]:
    return plain | {
        "grades": [dataclasses.asdict(record) for record in book.history(number)],
        "marks": [dataclasses.asdict(mark) for mark in book.people.marks(number)],
        "comments": [dataclasses.asdict(comment) for comment in book.people.comments(number)],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _free(name: str, taken: set[str]) -> str:
    """A path that stays inside the folder into which the zip is unpacked, and is no other's."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("..", "/", ".")]
    base = "/".join(parts) or "file"
    free, number = base, 1
    while free in taken:
        number += 1
        free = f"{base}~{number}"
    taken.add(free)
    return free
