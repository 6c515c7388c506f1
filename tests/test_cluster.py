"""A batch on a Dask cluster: a real scheduler and real workers over TCP, and what becomes of a worker that fails."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile.cells import cell
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from autograder import assignment as assignments
from autograder import batch, intake, pipeline
from autograder.assignment import Assignment
from autograder.cluster import parcel, pool, proof, reach
from autograder.cluster.desk import Desk
from autograder.cluster.parcel import Parcel
from autograder.errors import ClusterError, IsolationError
from autograder.gradebook import schema
from autograder.gradebook.store import Gradebook
from autograder.ledger import Done
from autograder.model import Grade, Submission
from autograder.output import Output
from autograder.pipeline import Course
from autograder.reporting import html
from autograder.sandbox.host import ZygoteSandbox
from autograder.seeds import Seeds

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from graders.tiny import make_class, make_course  # benchmarks are no package

START = 120  # seconds that a process of Dask may take on a busy machine


class Entry:
    """One student's place in the class."""

    sources = ()

    def __init__(self, submission: Submission) -> None:
        self.student, self._submission = submission.student, submission

    def read(self) -> Submission:
        return self._submission


class Cluster:
    """A scheduler on loopback, and its workers by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: dict[str, subprocess.Popen[str]] = {}
        self._addresses: dict[str, str] = {}
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler, log = self._start("scheduler", *options)
        self.address = said(self.scheduler, log, "Scheduler at:", "Scheduler at:")

    def hire(self, *names: str, **environment: str) -> None:
        """Workers that get ready at the same time."""
        logs = {}
        for name in names:
            options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--name", name]
            options += ["--local-directory", str(self.folder / name)]
            self.workers[name], logs[name] = self._start("worker", self.address, *options, **environment)
        for name, log in logs.items():
            self._addresses[name] = said(self.workers[name], log, "Start worker at:", "Registered to")

    def where(self, name: str) -> str:
        return self._addresses[name]

    def kill(self, name: str) -> None:
        """As when a machine's power fails: the worker's process gets no chance to say anything."""
        _kill(self.workers.pop(name))

    def close(self) -> None:
        """What is on disk goes with the test; leaving in good order would take as long as grading."""
        for process in (*self.workers.values(), self.scheduler):
            _kill(process)

    def _start(self, *words: str, **environment: str) -> tuple[subprocess.Popen[str], Path]:
        """A process of Dask, and where it writes what it says."""
        log = self.folder / f"{words[0]}-{os.urandom(4).hex()}.log"
        command = [sys.executable, "-m", "dask", *words]
        with log.open("w") as out:
            env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
            return subprocess.Popen(command, stdout=out, stderr=out, text=True, env=env), log


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def said(process: subprocess.Popen[str], log: Path, sign: str, last: str) -> str:
    """What a process of Dask has printed after ``sign``, once it has printed ``last`` too."""
    for _ in range(START * 10):
        text = log.read_text()
        if sign in text and last in text:
            return text.partition(sign)[2].split(maxsplit=1)[0]
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    process.kill()
    raise AssertionError(log.read_text()[-2000:])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def sandbox(rnn: Assignment) -> Iterator[ZygoteSandbox]:
    """Of the strongest level that starts here."""
    for level in ("full", "reduced", "none"):
        made = ZygoteSandbox(rnn.probes, level, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
        try:
            made.keeper()
        except IsolationError:
            continue
        yield made
        made.stop()
        break


@pytest.fixture
def entries(course: Course, tmp_path: Path) -> list[Entry]:
    """Four LSTM cells, the first and the last one wrong."""
    made = []
    for number in range(4):
        place = tmp_path / "handed_in" / f"student{number}"
        place.mkdir(parents=True)
        text = cell(right=number % 3 > 0) + f"# {number}\n"
        (place / "lstm_cell.py").write_text(text, encoding="utf-8")
        read = intake.receive([place], course.assignment.exercises, mode="single").entries[0].read()
        made.append(Entry(dataclasses.replace(read, student=place.name)))
    return made


@contextmanager
def books(folder: Path, course: Course) -> Iterator[tuple[Gradebook, Output]]:
    output = Output.open(folder, course.assignment.id)
    with Gradebook.open(output.gradebook) as book:
        book.assignment(course.assignment.id)
        yield book, output


def stored(book: Gradebook, course: Course) -> dict[str, Grade]:
    """The one grade that stands for each attempt: there must be no other."""
    grades = {}
    for attempt in book.attempts(course.assignment.id):
        found = book.grade(attempt.id)
        assert found is not None
        grades[attempt.student] = found[1]
    return grades


def rows(book: Gradebook) -> int:
    """How many grades were ever written."""
    with book._database.read() as session:
        return len(session.scalars(select(schema.Grade)).all())


def judged(grade: Grade) -> list[tuple[object, ...]]:
    """All that a student reads of it, without times."""
    return [
        (exercise.id, f.id, f.outcome, f.points, f.message, f.hint, f.mistake)
        for exercise in grade.exercises
        for f in exercise.checks
    ]


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_a_retry_and_the_grades_are_those_of_one_machine(
    cluster: Cluster, course: Course, entries: list[Entry], sandbox: ZygoteSandbox, tmp_path: Path
) -> None:
    """Two workers over TCP, one of them killed once the first grade is written: nothing is lost, nothing is twice.

    The same again finds all of it, also where the cluster is no longer there.
    """
    names, level = [one.student for one in entries], sandbox.level
    struck: list[str] = []

    def finished(done: Done) -> None:
        if not struck:
            struck.append(done.student)
            cluster.kill("one")

    cluster.hire("one", "two")
    with books(tmp_path / "there", course) as (book, output):
        args = (entries, course, book, output.folders(names), html.write_student)
        done = pool.run(*args, cluster=cluster.address, level=level, finished=finished)
        there, written = stored(book, course), rows(book)
        left = list(cluster.folder.rglob(f"{parcel.PREFIX}*"))
        cluster.close()
        again = pool.run(*args, cluster=cluster.address, level=level)
    with books(tmp_path / "here", course) as (book, output):
        write = html.write_student
        batch.run(entries, course, book, output.folders(names), lambda: sandbox, write, level=level, workers=1)
        here = stored(book, course)

    assert [one.student for one in done] == names
    assert written == len(names)
    assert {name: judged(grade) for name, grade in there.items()} == {name: judged(g) for name, g in here.items()}
    assert {name: g.digests for name, g in there.items()} == {name: g.digests for name, g in here.items()}
    assert {there[name].points for name in names} == {5, 11}
    assert [one.again for one in again] == [True] * len(names)
    assert not left, "what was sent is removed, by the one killed too"


TAMPER = """
import os, sys
if any("autograder.cluster" in word for word in sys.orig_argv):
    from autograder.cluster import proof
    honest, turns = proof.given, []

    def given(sandbox):
        turns.append(1)
        found = honest(sandbox)
        if len(turns) >= int(os.environ["TAMPERED_FROM"]):
            found["float64"][7] += 1e-6
        return found

    proof.given = given
"""


@pytest.fixture
def tampered(tmp_path: Path) -> Callable[[int], dict[str, str]]:
    """The environment of a worker that computes a little otherwise from its n-th proof on."""
    (tmp_path / "tampered").mkdir()
    (tmp_path / "tampered" / "sitecustomize.py").write_text(TAMPER, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path / "tampered"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return lambda turn: {"PYTHONPATH": path, "TAMPERED_FROM": str(turn)}


@pytest.mark.slow
def test_a_worker_that_computes_otherwise_grades_nobody(
    cluster: Cluster,
    course: Course,
    entries: list[Entry],
    sandbox: ZygoteSandbox,
    tmp_path: Path,
    tampered: Callable[[int], dict[str, str]],
) -> None:
    """One fails its first proof and gets nothing; one fails the next, and its grades are taken back and given anew."""
    names, level = [one.student for one in entries], sandbox.level
    told: list[str] = []
    cluster.hire("wrong", **tampered(1))
    with books(tmp_path / "out", course) as (book, output):
        args = (entries, course, book, output.folders(names), html.write_student)

        with pytest.raises(ClusterError, match=r"no worker of the cluster can be used.*computes otherwise") as refused:
            pool.run(*args, cluster=cluster.address, level=level, say=told.append)
        assert rows(book) == 0
        cluster.kill("wrong")

        def finished(done: Done) -> None:
            if "good" not in cluster.workers:
                cluster.hire("good")

        cluster.hire("drifts", **tampered(2))
        done = pool.run(*args, cluster=cluster.address, level=level, say=told.append, finished=finished, every=1)
        there, written = stored(book, course), rows(book)

    assert refused.value.mend
    assert [cluster.where("drifts") in sentence for sentence in told] == [False, True]
    assert "float64 differ by 1.0e-06" in told[1]
    assert [one.student for one in done] == names
    assert [there[name].points for name in names] == [5, 11, 11, 5]
    assert written > len(names), "the doubtful ones are kept, marked, and others stand in their place"


@pytest.mark.slow
def test_what_is_graded_is_kept_where_the_command_is_stopped_or_the_scheduler_is_lost(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, then the same on a scheduler that is killed after one more grade: both end with a sentence."""
    monkeypatch.setattr(reach, "CONNECT", 3.0)
    make_class(tmp_path / "class", 12)
    make_course(tmp_path / "course", 2000)
    output = Output.open(tmp_path / "out", "tiny")
    words = ["grade", "class", "--class", "-o", "out", "--course", "course", "--isolation", "none"]
    code = "from autograder.cli import main; main()"
    command = [sys.executable, "-c", code, *words, "--cluster", cluster.address]
    cluster.hire("one")

    with (
        Gradebook.open(output.gradebook) as book,
        subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run,
    ):
        while rows(book) < 1:
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, stopped = run.communicate()
        kept = rows(book)
        left = list(cluster.folder.rglob(f"{parcel.PREFIX}*"))

        course = pipeline.prepare(assignments.load(tmp_path / "course", "tiny"), Seeds(book.secret()))
        entries = intake.receive([tmp_path / "class"], course.assignment.exercises, mode="class").entries
        folders = output.folders([one.student for one in entries])
        again: list[bool] = []

        def finished(done: Done) -> None:
            again.append(done.again)
            if not done.again:
                cluster.scheduler.kill()

        told: list[str] = []
        with pytest.raises(ClusterError, match="was lost and does not answer any more") as lost:
            pool.run(
                *(entries, course, book, folders, html.write_student),
                cluster=cluster.address,
                level="none",
                finished=finished,
                say=told.append,
            )
        grades = rows(book)

    assert run.returncode == 130
    assert re.search(r"stopped after \d+ of 12; what was graded is kept", stopped)
    assert "Traceback" not in stopped
    assert not left, "the worker has removed what it was sent"
    assert "give the same command" in lost.value.mend
    assert 0 < kept < grades == kept + again.count(False) < 12
    assert len(told) <= 1, "it says once that it waits"


def test_a_worker_of_another_version_or_without_a_sandbox_refuses_in_words(course: Course, tmp_path: Path) -> None:
    """What is said reaches the instructor; nothing is unpacked for a worker that could not be used anyway."""
    desk = Desk(tmp_path)
    sealed = dataclasses.astuple(parcel.pack(course.assignment))
    wanted = pipeline.versions() | {"assignment": course.assignment.digest}

    other = desk.answer("take_post", "key", sealed, "rnn", b"secret", "none", wanted | {"torch": "1.0"})
    assert not list(tmp_path.iterdir())
    spoilt = desk.answer("take_post", "key", (sealed[0] + b"!", sealed[1]), "rnn", b"secret", "none", wanted)
    nowhere = desk.answer("take_post", "key", sealed, "rnn", b"secret", "airtight", wanted)
    code = desk.answer("take_post", "key", sealed, "rnn", b"secret", "none", wanted | {"assignment": "sha256:0"})

    assert "not 1.0" in other["refused"]
    assert "is not what was sent" in spoilt["refused"]
    assert "other code" in code["refused"]
    assert all(one["mend"] for one in (other, spoilt, code))
    assert "airtight" in nowhere["refused"]
    assert desk.answer("graded", "key", (b"", ""), 1) == {"unready": True}
    assert not list(tmp_path.iterdir())


def test_no_scheduler_is_said_with_what_to_do(
    course: Course, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "CONNECT", 2.0)
    with books(tmp_path / "out", course) as (book, output):
        args = (entries, course, book, output.folders([one.student for one in entries]), html.write_student)
        for address in ("tcp://127.0.0.1:9", "nothing://at.all:1"):
            with pytest.raises(ClusterError, match="no Dask scheduler answers") as error:
                pool.run(*args, cluster=address, level="none")
            assert "dask scheduler" in error.value.mend
        with pytest.raises(ClusterError, match="names no certificates"):
            pool.run(*args, cluster="tls://127.0.0.1:9", level="none")


# --- parcels ------------------------------------------------------------------------------------


def test_a_parcel_is_the_same_for_the_same_course_and_holds_what_grading_reads(rnn: Assignment, tmp_path: Path) -> None:
    sealed = parcel.pack(rnn)

    folder = parcel.unpack(sealed, tmp_path)

    assert parcel.pack(rnn) == sealed
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    loaded = assignments.load(folder, "rnn")
    assert loaded.digest == rnn.digest
    assert (folder / "solutions" / "rnn" / "mistakes").is_dir()
    assert not (folder / "solutions" / "rnn" / "variants").exists()


@given(where=st.integers(min_value=0), turn=st.integers(1, 255))
@settings(max_examples=30)
def test_a_changed_byte_breaks_the_seal(where: int, turn: int) -> None:
    sealed = Parcel.of(b"the hidden half")
    data = bytearray(sealed.data)
    data[where % len(data)] ^= turn

    with pytest.raises(ClusterError, match="is not what was sent"):
        Parcel(bytes(data), sealed.seal).opened()
    assert sealed.opened() == b"the hidden half"


@pytest.mark.parametrize("name", ["../out.py", "/etc/out.py", "a/../../out.py", "a\\..\\out.py", "./a.py", "a//b.py"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="no plain file inside"):
        parcel.unpack(archive({name: b"x"}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_link_is_refused_and_so_is_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="no plain file inside"):
        parcel.unpack(archive({"link": b"/etc/passwd"}, kind=stat.S_IFLNK), tmp_path)
    with pytest.raises(ClusterError, match="cannot be unpacked"):
        parcel.unpack(Parcel.of(b"no archive"), tmp_path)
    assert not list(tmp_path.iterdir())


def archive(files: dict[str, bytes], kind: int = stat.S_IFREG) -> Parcel:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in files.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.external_attr = name, (kind | 0o600) << 16
            out.writestr(info, data)
    return Parcel.of(made.getvalue())


# --- proofs -------------------------------------------------------------------------------------


def test_a_proof_accepts_the_last_digits_of_another_processor_and_nothing_more(rnn: Assignment) -> None:
    ours = proof.here(rnn)

    def off(dtype: str, by: float) -> dict[str, list[float]]:
        return ours | {dtype: [*ours[dtype][:-1], ours[dtype][-1] + by]}

    assert proof.difference(ours, proof.here(rnn)) == ""
    assert proof.difference(ours, off("float64", 1e-12)) == ""
    assert proof.difference(ours, off("float32", 1e-6)) == ""
    assert "float64 differ" in proof.difference(ours, off("float64", 1e-7))
    assert "float32 differ" in proof.difference(ours, off("float32", 1e-2))
    assert "float64 differ by nan" in proof.difference(ours, off("float64", float("nan")))
    assert "numbers of float32" in proof.difference(ours, ours | {"float32": []})
    assert proof.difference(ours, "it says nothing") == "it says nothing"
