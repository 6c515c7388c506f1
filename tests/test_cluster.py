"""A batch on a Dask cluster: a real scheduler and real workers over TCP, and what becomes of a worker that fails."""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import stat
import subprocess
import sys
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
        self._scheduler, self.address = self._start(
            "Scheduler at:", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"
        )

    def hire(self, name: str, **environment: str) -> None:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--name", name]
        options += ["--local-directory", str(self.folder / name)]
        self.workers[name], self._addresses[name] = self._start(
            "Start worker at:", "worker", self.address, *options, **environment
        )

    def where(self, name: str) -> str:
        return self._addresses[name]

    def kill(self, name: str) -> None:
        """As when a machine's power fails: the worker's process gets no chance to say anything."""
        worker = self.workers.pop(name)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def close(self) -> None:
        """What is on disk goes with the test; leaving in good order would take as long as grading."""
        for process in (*self.workers.values(), self._scheduler):
            process.kill()
            process.wait()

    def _start(self, sign: str, *words: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
        """A process of Dask, and the address that it prints after ``sign``."""
        log = self.folder / f"{words[0]}-{len(self.workers)}-{os.urandom(4).hex()}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                stdout=out,
                stderr=out,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            )
        for _ in range(START * 10):
            found = [line for line in log.read_text().splitlines() if sign in line]
            if found and ("Registered to" in log.read_text() or words[0] == "scheduler"):
                return process, found[0].partition(sign)[2].strip()
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
def level(rnn: Assignment) -> str:
    """The strongest that starts here."""
    for name in ("full", "reduced"):
        try:
            with ZygoteSandbox(rnn.probes, name):
                return name
        except IsolationError:
            continue
    return "none"


@pytest.fixture
def entries(course: Course, tmp_path: Path) -> list[Entry]:
    """Six LSTM cells, every third one wrong."""
    made = []
    for number in range(6):
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
    cluster: Cluster, course: Course, entries: list[Entry], level: str, tmp_path: Path
) -> None:
    """Two workers over TCP, one of them killed once the first grade is written: nothing is lost, nothing is twice."""
    names = [one.student for one in entries]
    struck: list[str] = []

    def finished(done: Done) -> None:
        if not struck:
            struck.append(done.student)
            cluster.kill("one")

    for name in ("one", "two"):
        cluster.hire(name)
    with books(tmp_path / "there", course) as (book, output):
        args = (entries, course, book, output.folders(names), html.write_student)
        done = pool.run(*args, cluster=cluster.address, level=level, finished=finished)
        there, written = stored(book, course), rows(book)
        again = pool.run(*args, cluster=cluster.address, level=level)
    with books(tmp_path / "here", course) as (book, output):
        sandbox = lambda: ZygoteSandbox(  # noqa: E731
            course.assignment.probes, level, stubs=course.assignment.stubs, stand_ins=course.assignment.stand_ins_file
        )
        batch.run(entries, course, book, output.folders(names), sandbox, html.write_student, level=level, workers=1)
        here = stored(book, course)

    assert [one.student for one in done] == names
    assert written == len(names)
    assert {name: judged(grade) for name, grade in there.items()} == {name: judged(g) for name, g in here.items()}
    assert {name: g.digests for name, g in there.items()} == {name: g.digests for name, g in here.items()}
    assert {there[name].points for name in names} == {5, 11}
    assert [one.again for one in again] == [True] * len(names)
    assert not list(cluster.folder.rglob(f"{parcel.PREFIX}*")), "what was sent is removed, by the one killed too"


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
    return lambda turn: {"PYTHONPATH": str(tmp_path / "tampered"), "TAMPERED_FROM": str(turn)}


@pytest.mark.slow
def test_a_worker_that_computes_otherwise_grades_nobody(
    cluster: Cluster,
    course: Course,
    entries: list[Entry],
    level: str,
    tmp_path: Path,
    tampered: Callable[[int], dict[str, str]],
) -> None:
    """One fails its first proof and gets nothing; one fails the next, and its grades are taken back and given anew."""
    names = [one.student for one in entries]
    said: list[str] = []
    cluster.hire("wrong", **tampered(1))
    with books(tmp_path / "out", course) as (book, output):
        args = (entries, course, book, output.folders(names), html.write_student)

        with pytest.raises(ClusterError, match=r"no worker of the cluster can be used.*computes otherwise") as refused:
            pool.run(*args, cluster=cluster.address, level=level, say=said.append)
        assert rows(book) == 0
        cluster.kill("wrong")

        def finished(done: Done) -> None:
            if "good" not in cluster.workers:
                cluster.hire("good")

        cluster.hire("drifts", **tampered(2))
        done = pool.run(*args, cluster=cluster.address, level=level, say=said.append, finished=finished, every=1)
        there, written = stored(book, course), rows(book)

    assert refused.value.mend
    assert [cluster.where("drifts") in sentence for sentence in said] == [False, True]
    assert "float64 differ by 1.0e-06" in said[1]
    assert [one.student for one in done] == names
    assert [there[name].points for name in names] == [5, 11, 11] * 2
    assert written > len(names), "the doubtful ones are kept, marked, and others stand in their place"


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
