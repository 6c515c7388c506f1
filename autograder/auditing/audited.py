"""What the terminal shows of an audit: a bar, the summary, then whatever falls short."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.auditing.scorecard import Audit, Row
from autograder.terminal import WithBar

MOST_SHOWN = 40  # rows that fall short; the JSON and the HTML page have all
TITLES = {
    "reference": "The reference and the stubs",
    "variants": "Variants that lose points",
    "mistakes": "Mistakes that are not caught, named or kept apart as they should be",
    "nulls": "Null models that pass a check of numbers",
    "mutants": "Mutants that survive without a reason",
}


class AuditProgress(WithBar):
    """How far an audit is: how many fall short."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "auditing", "[red]{task.fields[short]}[/]", None, short="")
        self._short = 0
        self._lock = threading.Lock()

    def began(self, total: int) -> None:
        """So many pieces of work are to be judged."""
        self._bar.update(self._task, total=total)

    def finished(self, row: Row) -> None:
        """One is judged."""
        with self._lock:
            self._short += not row.ok
            self._bar.update(self._task, advance=1, short=f"{self._short} fall short" if self._short else "")


def show(console: Console, audit: Audit) -> None:
    """The summary as a table, what falls short by kind, the entries that do not fit."""
    for kind, title in TITLES.items():
        short = [row for row in audit.of(kind) if not row.ok or row.details.get("named") == "no"]
        if not short:
            continue
        console.print(f"\n[bold]{title}[/]")
        for row in short[:MOST_SHOWN]:
            sign = "[red]✗[/]" if not row.ok else "[yellow]○[/]"
            console.print(f"{sign} {escape(row.id)}  [dim]{escape(row.title)}[/]", soft_wrap=True)
            if row.said:
                console.print(f"    {escape(row.said)}", soft_wrap=True)
            for line in str(row.details.get("diff", "")).splitlines():
                colour = "red" if line.startswith("-") else "green"
                console.print(f"    [{colour}]{escape(line)}[/]", soft_wrap=True)
        if len(short) > MOST_SHOWN:
            console.print(f"  and {len(short) - MOST_SHOWN} more: --json and --html show all")
    if audit.problems:
        console.print("\n[bold]Entries of equivalent.toml that do not fit[/]")
        for problem in audit.problems:
            console.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True)
    console.print()
    console.print(summary(audit))
    some = f", {audit.sample} of {audit.made} mutants" if audit.sample else ""
    console.print(f"[dim]{len(audit.rows)} pieces of work{some}, {audit.seconds:.0f} s, isolation {audit.isolation}[/]")


def summary(audit: Audit) -> Table:
    """One line for each criterion: what was reached and what has to be."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("the grader, graded", overflow="fold")
    table.add_column("reached", justify="right", overflow="fold")
    table.add_column("wanted", justify="right", no_wrap=True)
    for criterion in audit.criteria:
        sign = "[green]✓[/]" if criterion.ok else "[red]✗[/]"
        table.add_row(sign, escape(criterion.title), escape(criterion.reached), escape(criterion.wanted))
    return table
