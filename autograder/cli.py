"""The command line: parse, call, print. Exit status 0 done, 1 something of ours broke, 2 the call's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder import __version__
from autograder.cliauthor import LEVELS, audit, doctor, new, release
from autograder.clibegun import begun
from autograder.clidata import data
from autograder.climarks import marks, serve
from autograder.clireport import report
from autograder.clistudent import policy, student
from autograder.exits import Commands
from autograder.exits import leave as _exit


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="autograder")
def main() -> None:
    """Grades deep-learning exercises and writes reports that teach."""


@main.command(short_help="Grade a submission or a whole class.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-a", "--assignment", "name", help="The assignment; needed only where a course has several.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("graded"),
    show_default=True,
    help="Where the reports go. The same command again goes on from there.",
)
@click.option("-j", "--jobs", type=click.IntRange(1, 64), help="Workers, each with a sandbox [default: the cores].")
@click.option(
    "--isolation",
    type=LEVELS,
    default="full",
    show_default=True,
    help="reduced and none only for code that you trust that far.",
)
@click.option("--roster", type=click.Path(path_type=Path), help="A CSV of students: says who is missing.")
@click.option("--class", "mode", flag_value="class", help="The folder is a class, whatever is in it.")
@click.option("--single", "mode", flag_value="single", help="The folder is one submission.")
@click.option(
    "--notebook-run",
    type=click.Choice(["definitions", "all"]),
    default="definitions",
    show_default=True,
    help="Of notebooks: imports, definitions and constants only, or every cell, training and plots too.",
)
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option(
    "--gradebook", metavar="URL", help="A file, sqlite:///FILE or postgresql://… [default: OUT/gradebook.db]."
)
@click.option("--cluster", metavar="URL", help="Grade on a Dask cluster: tcp://… or tls://… of its scheduler.")
@click.option("--json", "as_json", is_flag=True, help="Print the grades as JSON lines instead of a table.")
def grade(paths: tuple[Path, ...], **options: Any) -> None:
    """Grade files, folders, notebooks and zips, or a folder of many students' work.

    Example: autograder grade submissions/ -o graded --roster students.csv

    Writes OUT/index.html for the class and OUT/STUDENT/report.html for each student.
    """
    from autograder.sandbox.early import likely

    count = 0 if options["cluster"] else likely(paths, options["jobs"])
    begun(options["isolation"], count, lambda commands, early: commands.grade(paths, early=early, **options))


@main.command("try", short_help="One exercise of one file, with everything shown.")
@click.argument("exercise")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--check", "only", help="Show this check only.")
@click.option("-a", "--assignment", "name", help="The assignment; needed only where a course has several.")
@click.option("--isolation", type=LEVELS, default="full", show_default=True)
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
def try_(exercise: str, path: Path, **options: Any) -> None:
    """Judge one exercise of one file: messages, both sides' observations, the map that was found.

    Example: autograder try lstm_cell work/lstm_cell.py --check forward
    """
    begun(options["isolation"], 1, lambda commands, early: commands.try_one(exercise, path, early=early, **options))


@main.command(short_help="Your own work by the public cases, before you hand it in.")
@click.argument("words", nargs=-1, metavar="[PATH or EXERCISE]...")
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("-a", "--assignment", "name", help="The assignment, in a course's own checkout that has several.")
@click.option("--course", type=click.Path(path_type=Path), help="The handout, or the folder that holds assignments/.")
def check(words: tuple[str, ...], **options: Any) -> None:
    """Check files, folders or exercises by the public cases; without a word, the handout's folder.

    Example: autograder check lstm_cell

    It says what it cannot know: grading uses other cases, and has checks that are hidden. Your code runs as an
    ordinary program of yours, with a limit of time but without isolation (level none): check your own work only.
    """
    from autograder.sandbox.spawn import spawn

    spawned = spawn()  # it brings torch while this process does the same
    from autograder import student

    _exit(lambda: student.check(words, spawned=spawned, **options))


@main.command(short_help="The next hint for an exercise.")
@click.argument("exercise")
@click.option("--again", is_flag=True, help="Close the hints that are open, and begin with the first.")
def hint(exercise: str, *, again: bool) -> None:
    """Open the next of three hints. They open one after the other, and none of them is the solution.

    Example: autograder hint lstm_cell
    """
    from rich.console import Console

    from autograder import hints

    _exit(lambda: hints.show(Console(highlight=False), exercise, again=again))


@main.command(short_help="The zip to hand in.")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path, exists=True))
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="The zip [default: DIR/NAME.zip].")
@click.option("--check/--no-check", default=True, help="Check it first, where its last check is of older files.")
def pack(folder: Path | None, **options: Any) -> None:
    """Put what is graded into one zip: your modules and what they import, the notebook, your answers; a manifest.

    Example: autograder pack -o ada.zip

    It says what is missing, and packs all the same.
    """
    from autograder.sandbox.spawn import spawn

    spawned = spawn() if options["check"] else None
    from autograder import student

    _exit(lambda: student.pack(folder, spawned=spawned, **options))


@main.command(short_help="Stored observations judged again, without running anything.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change.")
@click.option("--student", help="Only this student, as grades.csv calls them.")
@click.option("--reason", default="", help="Kept with the new grades.")
@click.option(
    "--same-probes",
    is_flag=True,
    help="The probes have changed in their text but not in what they see: use the stored observations all the same.",
)
@click.option("--all", "thorough", is_flag=True, help="Judge everything, also what cannot have changed.")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), help="Processes [default: the cores].")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def rejudge(out: Path, course: Path | None, **options: Any) -> None:
    """Judge all stored submissions again, after a change of points, claims, hints, tolerances or diagnosis.

    Example: autograder rejudge graded --dry-run

    No student code runs. Marks by hand stay. Exit status 1 where a submission must run again; it is said which and
    why.
    """
    from autograder import commands  # slow to import: --help must not wait for torch
    from autograder.rejudging import rejudged  # slow to import: --help must not wait for torch

    _exit(lambda: rejudged.rejudge(out, load=lambda name: commands.load(name, course, out), **options))


@main.command("import-notebook", short_help="What is recognised of an nbgrader or otter assignment.")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was recognised as JSON.")
def import_notebook(notebook: Path, **options: Any) -> None:
    """List the exercises of a notebook that was made for nbgrader or otter, and what is not translated.

    Example: autograder import-notebook source/ps1/ps1.ipynb

    Exit status 1 where the notebook breaks the rules of the grader that it was made for.
    """
    from autograder.compat import showing

    _exit(lambda: showing.import_notebook(notebook, **options))


@main.command("export", short_help="Grades for Canvas, Moodle, Gradescope, GitHub Classroom, nbgrader, spreadsheets.")
@click.argument(
    "form",
    metavar="FORMAT",
    type=click.Choice(["csv", "json", "canvas", "moodle", "nbgrader", "gradescope", "classroom", "workflow"]),
)
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template", type=click.Path(path_type=Path), help="The CSV that Canvas or Moodle gave, to be filled in."
)
@click.option("-o", "--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--column", help="canvas: the assignment's column, by heading, title or number.")
@click.option("--feedback", type=click.Path(path_type=Path, dir_okay=False), help="moodle: a zip of all reports, too.")
@click.option("--student", help="classroom: whose grade.")
@click.option("--missing-as-zero", "zeros", is_flag=True, help="Who handed in nothing has 0 points.")
@click.option("--isolation", type=LEVELS, default="full", show_default=True, help="gradescope: the level asked for.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def export(form: str, out: Path | None, course: Path | None, **options: Any) -> None:
    """Write what is in the gradebook of OUT in the form that another system reads.

    Example: autograder export canvas graded --template "2026-05-01T1200_Grades-DL.csv"

    FORMAT: csv, json: a table or everything. canvas, moodle: their own sheet filled in. nbgrader: its CSV. gradescope:
    a zip to upload as autograder. classroom: the payload of a runner (OUT may be a grade.json); workflow: its file.
    """
    from autograder import commands, exported  # slow to import: --help must not wait for torch

    def load(name: str) -> Any:
        return commands.load(name, course, out)

    _exit(lambda: exported.export(form, out, load=load, **options))


@main.command(short_help="What students see of their results, and when.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--due", metavar="TIME", help="The due date, as 2026-05-01T23:59; none takes it away.")
@click.option("--published/--not-published", default=None, help="Whether the results are published.")
@click.option(
    "--report",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    help="When reports are seen at all.",
)
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def publish(out: Path, **options: Any) -> None:
    """Write the students' files with the checks that they may see by now; without options, as it was set before.

    Example: autograder publish graded --due 2026-05-01T23:59

    A check is visible, or seen after the due date, once the results are published, or never, as the assignment says.
    """
    from autograder import published  # slow to import: --help must not wait for torch

    _exit(lambda: published.publish(out, **options))


@main.command(short_help="Submissions with passages in common, as a list to look at.")
@click.argument("place", metavar="OUT|FOLDER", type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o", "--to", type=click.Path(path_type=Path, dir_okay=False), help="The page [default: OUT/similarity.html]."
)
@click.option("--pairs", "most", type=click.IntRange(1, 500), default=30, show_default=True, help="How many to show.")
@click.option("-a", "--assignment", "name", help="The assignment; needed only where a course has several.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def similar(place: Path, name: str | None, course: Path | None, **options: Any) -> None:
    """Compare the code of all submissions, the handout's own left out, and write a page with both sides of each pair.

    Example: autograder similar graded

    For instructors only, and never a verdict: people who solve the same exercise write alike. No student code runs.
    """
    from autograder import commands  # slow to import: --help must not wait for torch
    from autograder import similar as comparing

    _exit(lambda: comparing.similar(place, load=lambda own: commands.load(own or name, course, place), **options))


for _command in (doctor, audit, release, new):
    main.add_command(_command)
main.add_command(data)
main.add_command(report)
main.add_command(marks)
main.add_command(serve)
main.add_command(policy)
main.add_command(student)
