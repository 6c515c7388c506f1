"""An instructor's own CSV, read so that it can be written again with a few cells changed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import ExportError
from autograder.intake.folder import Unreadable, read_file

MOST = 50_000_000  # bytes


@dataclass
class Sheet:
    """Rows of cells as they were, with what is needed to write them in the same form."""

    rows: list[list[str]]
    delimiter: str = ","
    ending: str = "\n"
    mark: bool = False  # it began with a byte-order mark
    notes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Read a CSV. Raises ExportError with a mend."""
        mend = "Name the CSV that you downloaded, as it came."
        try:
            data = read_file(path.resolve(), MOST)
            text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except Unreadable as error:
            raise ExportError(f"{path} {error.message}", mend=mend) from None
        except UnicodeDecodeError:
            raise ExportError(
                f"{path} is not in UTF-8", mend=f"{mend} A spreadsheet may have saved it otherwise."
            ) from None
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise ExportError(f"{path} cannot be read as CSV: {error}", mend=mend) from None
        if not rows:
            raise ExportError(f"{path} is empty", mend=mend)
        return cls(rows, delimiter, "\r\n" if "\r\n" in text else "\n", data[:3] == b"\xef\xbb\xbf")

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return self.rows[0]

    def text(self) -> str:
        """The CSV with its cells as they are now."""
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.ending).writerows(self.rows)
        return ("\ufeff" if self.mark else "") + out.getvalue()
