"""The command ``serve``: the web app on this machine, until it is stopped."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from autograder.assignment import Assignment
from autograder.errors import OutputError
from autograder.instructor import open_gradebook
from autograder.marking.afterwards import whole_class
from autograder.marking.marks import user
from autograder.output import Output

HOST = "127.0.0.1"


def serve(
    out: Path, *, load: Callable[[str], Assignment], port: int, who: str | None, names: bool, gradebook: str | None
) -> int:
    """Serve the pages until Ctrl+C; then the class's files are written once more."""
    lacking = [name for name in ("starlette", "uvicorn", "wtforms") if importlib.util.find_spec(name) is None]
    if lacking:
        raise OutputError(
            f"the web app needs {', '.join(lacking)}", mend='Install the extra: pip install "torchgrade[serve]"'
        )
    import uvicorn

    from autograder.web.app import make_app
    from autograder.web.desk import Desk
    from autograder.web.security import Keys

    console = Console(highlight=False, soft_wrap=True)
    output = Output.of(out)
    assignment = load(output.assignment)
    with open_gradebook(output, gradebook) as book, _bound(port) as door:
        desk = Desk(book, output, assignment)
        with console.status("reading the grades …"):
            desk.board.refresh()
        number = door.getsockname()[1]
        keys = Keys()
        app = make_app(desk, keys, who=who or user(), names=names, cookie=f"autograder_{number}")
        console.print(f"{len(desk.board.seats)} grades of {assignment.id}; on this machine only, until Ctrl+C:")
        console.print(f"  http://{HOST}:{number}/enter?token={keys.token}", markup=False)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", proxy_headers=False)
        try:
            uvicorn.Server(config).run(sockets=[door])
        except KeyboardInterrupt:
            pass
        finally:
            if desk.marked:
                with console.status("writing the class's page and tables …"):
                    whole_class(book, output)
    return 0


def _bound(port: int) -> socket.socket:
    """A socket of the loopback interface. Raises OutputError where the port is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise OutputError(
            f"port {port} cannot be used: {reason}", mend="Name another with --port; 0 takes any that is free."
        ) from None
