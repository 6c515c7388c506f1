"""Render the sample grades: python reports/preview.py [FOLDER]; then open FOLDER/index.html."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "reports" / "samples")]

import sample_grades  # noqa: E402  # found through the line above

from autograder.reporting import html  # noqa: E402


def main(out: Path) -> None:
    """Write a report for each sample, and the class page that links them."""
    links = {}
    for number, grade in enumerate([*sample_grades.students(), sample_grades.hostile()]):
        name = f"student-{number:02}"
        html.write_student(grade, out / name)
        links[grade.student] = f"{name}/report.html"
    grades = iter(sample_grades.students())
    html.write_class(
        grades,
        out,
        missing=("Theo Marsh", "Ximena Duarte"),
        unattributed=("scan_final(2).py", "untitled.zip"),
        links=links,
    )
    print(out / "index.html")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "graded-preview")
