"""How a command ends: its status, or a sentence that says what is wrong and what to do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from autograder.errors import AutograderError


def leave(call: Callable[[], int]) -> None:
    """Run the command and end the process with its status: 0 done, 1 something of ours, 2 the call's words."""
    try:
        status = call()
    except AutograderError as error:
        click.secho(f"autograder: {error}", fg="red", err=True)
        if error.mend:
            click.echo(f"  {error.mend}", err=True)
        sys.exit(error.status)
    except KeyboardInterrupt:
        click.echo("\nstopped; what was graded is kept, and the same command goes on from there", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(status)
