"""Moodle: the offline grading worksheet filled in, and the zip of feedback files that it takes."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.errors import ExportError
from autograder.exports.rows import Index, Row, comment, number
from autograder.exports.sheet import Sheet

# by language, as Moodle's own headings are: the import looks for these very words
IDENTIFIER = ("Identifier", "ID", "Identifiant", "Identificador")
GRADE = ("Grade", "Bewertung", "Note", "Calificación", "Nota")
MAXIMUM = ("Maximum Grade", "Maximum grade", "Bestwertung", "Note maximale", "Calificación máxima", "Nota máxima")
CHANGEABLE = ("Grade can be changed", "Bewertung kann geändert werden")
FEEDBACK = ("Feedback comments", "Feedback als Kommentar", "Commentaires", "Comentarios de retroalimentación")
_PARTICIPANT = re.compile(r"(\d+)\s*$")
_NO = ("no", "nein", "non", "não")


def fill(sheet: Sheet, known: Sequence[Row], *, zeros: bool = False) -> list[str]:
    """Put grades and comments into the worksheet; returns remarks. Nothing else is changed. Raises ExportError."""
    at = {name: _find(sheet.header, names) for name, names in _COLUMNS.items()}
    if at["identifier"] < 0 or at["grade"] < 0:
        raise ExportError(
            "this is not a grading worksheet of Moodle: it needs the columns Identifier and Grade",
            mend="In the assignment: switch on offline grading worksheets, then Download grading worksheet.",
        )
    index = Index.of(known)
    remarks: list[str] = []
    used: set[str] = set()
    for cells in sheet.rows[1:]:
        if len(cells) < len(sheet.header):
            continue
        row = index.find(_names(cells, at))
        if row is None:
            continue
        used.add(row.person.key)
        score: float | None = 0 if row.score is None and zeros else row.score
        if score is None:
            continue
        if at["changeable"] >= 0 and cells[at["changeable"]].strip().casefold() in _NO:
            remarks.append(f"{row.person.key}: Moodle says that the grade cannot be changed; left as it is")
            continue
        most = _read(cells[at["maximum"]]) if at["maximum"] >= 0 else None
        if most is not None and score > most:
            remarks.append(f"{row.person.key}: {score} points are more than Moodle's {number(most)}, which was written")
            score = most
        comma = at["maximum"] >= 0 and "," in cells[at["maximum"]]
        cells[at["grade"]] = number(score).replace(".", ",") if comma else number(score)
        if at["feedback"] >= 0 and row.grade is not None:
            cells[at["feedback"]] = "<br>".join(html.escape(line) for line in comment(row.for_student or row.grade))
    remarks += [
        f"{row.person.key} has a grade and is not in this sheet"
        for row in known
        if row.grade is not None and row.person.key not in used
    ]
    return remarks


def feedback_zip(sheet: Sheet, known: Sequence[Row], out: Path, report: Callable[[str], bytes | None]) -> int:
    """Write the zip for "Upload multiple feedback files in a zip"; returns how many files are in it.

    report: a student's page by their key, None where there is none.
    """
    at = {name: _find(sheet.header, names) for name, names in _COLUMNS.items()}
    index = Index.of(known)
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for cells in sheet.rows[1:]:
            number_of = _PARTICIPANT.search(cells[at["identifier"]]) if cells and at["identifier"] >= 0 else None
            row = index.find(_names(cells, at)) if number_of else None
            page = report(row.person.key) if row is not None else None
            if page is None or number_of is None:
                continue
            name = cells[at["name"]] if at["name"] >= 0 else "Participant"
            # a name's underscores become blanks, as in Moodle's own folders: the parts are split there
            safe = re.sub(r'[\\/:*?"<>|_\x00-\x1f]+', " ", name).strip(" .") or "Participant"
            archive.writestr(f"{safe}_{number_of[1]}_assignsubmission_file/feedback.html", page)
            count += 1
    return count


_COLUMNS = {
    "identifier": IDENTIFIER,
    "grade": GRADE,
    "maximum": MAXIMUM,
    "changeable": CHANGEABLE,
    "feedback": FEEDBACK,
    "name": ("Full name", "Vollständiger Name", "Nom complet", "Nombre completo", "Nome completo"),
    "email": ("Email address", "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo", "Endereço de email"),
    "number": ("ID number", "ID-Nummer", "Numéro d’identification", "Número de ID", "Número de identificação"),
    "user": ("Username", "Anmeldename", "Nom d’utilisateur", "Nombre de usuario", "Identificação de usuário"),
}


def _find(header: Sequence[str], names: Sequence[str]) -> int:
    return next((index for name in names for index, cell in enumerate(header) if cell.strip() == name), -1)


def _names(cells: Sequence[str], at: dict[str, int]) -> list[str]:
    named = [cells[at[name]] for name in ("email", "number", "user", "name") if 0 <= at[name] < len(cells)]
    identifier = cells[at["identifier"]] if 0 <= at["identifier"] < len(cells) else ""
    tail = _PARTICIPANT.search(identifier)
    return [*named, identifier, f"Participant {tail[1]}" if tail else ""]


def _read(cell: str) -> float | None:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None
