"""What hostile tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hostile import harness
from hostile.harness import CANARIES, Arena, Result, canary
from hostile.table import Attack, record
from hostile.watch import Watch

_found: dict[str, str] = {}


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """``seen("text")``: what this test saw of its attack, for the table."""
    given = getattr(request.node, "callspec", None)
    values = [getattr(value, "attack", value) for value in given.params.values()] if given else []
    attacks = [value for value in values if isinstance(value, Attack)]
    attacks += getattr(request.function, "attacks", ())
    assert attacks, "the test names no attack"

    def write(text: str) -> None:
        _found.update({one.key: text for one in attacks})

    return write


@pytest.fixture
def record_seen() -> Callable[[Attack, str], None]:
    """``record_seen(attack, text)``: for tests whose parameter holds an attack rather than is one."""
    return lambda attack, text: _found.update({attack.key: text})


@pytest.fixture
def told() -> Callable[..., None]:
    """``told(attack, result)``: for attacks that end in a grade, what was lost and the first message."""

    def write(attack: Attack, result: Result) -> None:
        _found[attack.key] = result.summary()

    return write


@pytest.fixture(scope="session", autouse=True)
def _recorded() -> Iterator[None]:
    yield
    if os.environ.get("HOSTILE_RECORD"):
        record(_found)


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    """What every child and zygote of the suite holds and sends, looked at from outside."""
    made = Watch(CANARIES, b"kestrel-")
    with pytest.MonkeyPatch.context() as patch, made.everywhere():
        patch.setenv("AUTOGRADER_CANARY", canary("environment"))
        yield made


@pytest.fixture(autouse=True)
def _nothing_leaked_or_left(watch: Watch) -> Iterator[None]:
    """Whatever a test is about: no canary where a submission is, no more processes or sandboxes after it."""
    processes, folders = len(harness.descendants(os.getpid())), harness.sandbox_folders()
    yield
    assert not watch.hits
    assert len(harness.descendants(os.getpid())) <= processes
    assert len(harness.sandbox_folders()) <= len(folders)


@pytest.fixture(scope="session")
def arena(watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """A course with canaries and a running sandbox; temporary files have a folder of their own."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("hostile")
    # short and for everybody: it holds the sandbox's folder
    place = Path(tempfile.mkdtemp(prefix="hostile-"))
    place.chmod(0o755)
    patch.setattr(tempfile, "tempdir", str(place))
    work = place / "submissions"
    work.mkdir()
    try:
        course = harness.make_course(folder)
        sandbox = harness.make_sandbox(course)
        try:
            yield Arena(course, sandbox, work, watch)
        finally:
            sandbox.__exit__(None, None, None)
    finally:
        left = [path.name for path in harness.leftovers(work)]
        shutil.rmtree(place)
        patch.undo()
        assert not left, left


@pytest.fixture
def grade_attack(arena: Arena) -> Callable[..., Result]:
    """``grade_attack(files, "lstm_cell", ...)``: the grades, after everything around was seen to be as before."""
    return arena.attack
