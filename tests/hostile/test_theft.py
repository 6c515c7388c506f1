"""Stealing the reference, the hidden cases, the labels: what is not there cannot be found."""

from __future__ import annotations

import json
import os
import re
import stat
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from autograder import intake
from autograder.case import Case
from autograder.model import Crash, Limits, Observation
from autograder.sandbox.request import Request
from hostile.cells import EVERY, cell
from hostile.harness import CANARIES, ROOT, Arena, Result, canary
from hostile.prying import NUMBERS, PROMISED, PRYING, SEARCH
from hostile.table import Attack, attack, register
from hostile.watch import memory

Grade = Callable[..., Result]
Seen = Callable[[str], None]
OWN = "kestrel-own-0123456789abcdef"  # what the search must find, to show that it searches
CASE = {"batch": 3, "input_size": 5, "hidden_size": 4}


@dataclass(frozen=True)
class Pry:
    attack: Attack
    body: str


def _pries() -> list[object]:
    found = []
    for what, body in PRYING.items():
        made = register(
            NUMBERS[what], what, f"looks for canaries in {what}, at import and in a call", PROMISED.get(what, "any")
        )
        found.append(pytest.param(Pry(made, body), id=str(made)))
    return found


@pytest.mark.parametrize("pry", _pries())
def test_prying_finds_nothing_of_ours(pry: Pry, grade_attack: Grade, seen: Seen) -> None:
    body = textwrap.dedent(pry.body)
    hunt = (
        """\
def hunt():
"""
        + textwrap.indent(body, "    ")
        + """\
    look(OWN)
    return sorted(FOUND)
"""
    )
    source = cell(
        right=True,
        top=f"{SEARCH}\n{hunt}\nprint('FOUND', hunt())\nONCE = []",
        give="if not ONCE:\n    ONCE.append(print('FOUND', hunt()))\nreturn h, c",
    )
    result = grade_attack(source)
    found = set(re.findall(r"'([^']*)'", " ".join(re.findall(r"FOUND \[(.*)\]", result.loaded.output))))
    assert found == {OWN}, (found, result.loaded)
    assert result.won("lstm_cell") == EVERY
    seen("the search finds what the submission itself planted, and nothing else; the cell is graded as ever")


def memory_holds(pid: int, needles: tuple[bytes, ...]) -> set[bytes]:
    """Which of the needles lie in a process's memory, as root sees it."""
    return {needle for block in memory(pid, whole=True) for needle in needles if needle in block}


@attack(
    29, "memory of child and zygote, from outside", "the whole memory of both is searched for canaries as root", "any"
)
@attack(58, "weights of the reference", "looks for weights or answers to copy; there are none in its process", "any")
@attack(
    22,
    "keys and secrets in memory",
    "looks for a nonce or a key that would make a forged reply valid; there is none",
    "any",
)
def test_no_canary_has_ever_been_in_the_memory_of_a_child_or_its_zygote(arena: Arena, seen: Seen) -> None:
    mark = "kestrel-" + "own-fedcba9876543210"
    source = cell(right=True, top=f"MARK = {mark!r}\nprint(MARK)")
    with arena.opened(arena.submission({"lstm_cell.py": source})) as (session, grading):
        chosen = next(e for e in arena.course.assignment.exercises if e.id == "lstm_cell")
        grading.exercise(chosen)
        session.ask(Request("lstm_cell.shapes", Case(sizes=CASE), ("LSTMCell",)))  # a child with a stand-in too
        zygote = arena.sandbox.keeper().pid
        children = [ward.pid for ward in session._wards.values()]
        needles = (*(name.encode() for name in CANARIES), mark.encode())
        try:
            found = {pid: memory_holds(pid, needles) for pid in (zygote, *children)}
        except PermissionError:
            pytest.skip("the memory of other processes cannot be read here")
    assert len(children) == 2
    assert found.pop(zygote) == set()
    assert all(inside == {mark.encode()} for inside in found.values())
    seen("no canary in the memory of zygote or children; what the submission planted itself is found there")


@attack(
    34,
    "files of the course in the sandbox's view",
    "every file that the sandbox shows is compared with the course's hidden files",
    "full",
)
@attack(
    37,
    "a wheel or an editable install of ours",
    "looks for files of the grader or of a course among what is shown",
    "full",
)
def test_no_hidden_file_is_in_the_sandboxs_view(arena: Arena, seen: Seen) -> None:
    root = Path(f"/proc/{arena.sandbox.keeper().pid}/root")
    if arena.sandbox.level != "full":
        pytest.skip("without namespaces the view is the machine's; Landlock closes it")
    course = Path(arena.course.assignment.hidden or "").parents[1]
    hidden = {
        _inode(p) for folder in (course / "solutions", ROOT / "solutions") for p in folder.rglob("*") if p.is_file()
    }
    hidden |= {_inode(p) for p in (ROOT / "autograder").rglob("*.py")} | {_inode(course / "gradebook")}
    try:
        shown = {
            _inode(Path(folder) / name): f"{folder}/{name}" for folder, _, names in os.walk(root) for name in names
        }
    except PermissionError:
        pytest.skip("the sandbox's view cannot be seen from here")
    assert len(shown) > 1000
    assert not [shown[one] for one in hidden & shown.keys()]
    bundle = sorted(str(p.relative_to(root / "bundle")) for p in (root / "bundle").rglob("*.py"))
    assert not [name for name in bundle if re.search(r"hidden|solution|checks|famil|grading|gradebook", name)]
    seen(f"{len(shown):,} files are shown; none is of the engine's checkout, of solutions/ or of the gradebook")


def _inode(path: Path) -> tuple[int, int]:
    try:
        found = os.lstat(path)
    except OSError:
        return (0, hash(str(path)))
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else (0, hash(str(path)))


@attack(
    36,
    "links planted in the box",
    "leaves links to files of the system and of the grader where trusted code cleans up",
    "any",
)
def test_cleaning_up_follows_no_link_and_changes_no_right(
    arena: Arena, grade_attack: Grade, tmp_path: Path, seen: Seen
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").write_text("kept")
    before = victim.stat().st_mode, (victim / "precious").stat().st_mode
    top = f"""
        import os
        home = os.environ["HOME"]
        for name, target in zip("abcdef", ({str(victim)!r}, "/etc/passwd", "/bundle", "/", "..", "f")):
            try:
                os.symlink(target, os.path.join(home, name))
            except OSError as error:
                print(error)
        os.makedirs(home + "/deep/" + "/x" * 100, exist_ok=True)
        os.chmod(home + "/deep", 0) if {arena.sandbox.level == "full"!r} else None
        os.mkfifo(home + "/pipe")
        """
    grade_attack(cell(right=True, top=top))
    assert (victim.stat().st_mode, (victim / "precious").stat().st_mode) == before
    assert (victim / "precious").read_text() == "kept"
    seen("the links, a pipe and a closed folder are gone; what the links led to is as it was")


@attack(
    38,
    "expected values in messages",
    "is wrong in every way, to read the right answer out of messages and reports",
    "any",
)
@attack(39, "feedback as an oracle", "is graded again and again to add up what messages tell", "any")
def test_messages_print_no_number_of_the_reference(arena: Arena, grade_attack: Grade, seen: Seen) -> None:
    source = cell(give="return torch.zeros_like(h) + 0 * h, torch.zeros_like(c) + 0 * c")
    first, again = (grade_attack(source) for _ in range(2))
    texts = [f.message + f.hint for f in first.exercises["lstm_cell"].checks]
    numbers = {float(n) for text in texts for n in re.findall(r"-?\d+\.\d{4,}", text)}
    assert not numbers, "only sizes of errors, to three digits"
    assert [f.message for f in first.exercises["lstm_cell"].checks] == [
        f.message for f in again.exercises["lstm_cell"].checks
    ]
    seeds = replace(arena.course.seeds, attempt=2)
    case = Case(id="x", sizes=CASE)
    assert arena.course.seeds.case(case, "lstm_cell", "p").seed != seeds.case(case, "lstm_cell", "p").seed
    seen("messages hold sizes of errors to three digits, the same when graded again; the next attempt has other cases")


@attack(40, "time of the comparison", "a wrong answer and a nearly right one must take the same time to compare", "any")
def test_a_comparison_looks_at_every_value(arena: Arena, seen: Seen) -> None:
    """Nothing ends early at the first difference: the count of differing values says that all were compared."""
    source = cell(right=True, give="return h + 1e-3, c")
    result = arena.attack(source)
    assert "12 of 12 values differ" in result.finding("lstm_cell", "forward").message
    assert "seconds" not in json.dumps(result.finding("lstm_cell", "forward").message)
    seen("all values are compared before anything is said; no time is told")


@attack(41, "random numbers of a sister process", "predicts another submission's random numbers from its own", "any")
@attack(
    50,
    "seed of the hidden data",
    "reads the seed and the case out of the probe's frames and draws the hidden labels again",
    "any",
)
def test_the_seed_that_a_child_sees_makes_no_labels(arena: Arena, seen: Seen) -> None:
    exercise = next(e for e in arena.course.assignment.exercises if e.id == "trained_accuracy")
    check = exercise.checks[0]
    assert check.expected is not None
    drawn = arena.course.seeds.case(check.cases[0], exercise.id, check.probe)
    sent = arena.course.seeds.prepared(check, drawn)
    wanted, theirs = check.expected(drawn)["labels"], check.expected(sent)["labels"]
    assert sent.seed != drawn.seed
    assert 0.3 < float((wanted == theirs).mean()) < 0.7
    assert not [name for name in sent.values if "label" in name and name != "labels"]
    assert len(sent.values["labels"]) == len(sent.values["texts"]) != len(wanted) or len(
        sent.values["hidden_texts"]
    ) == len(wanted)
    top = """\
import random, torch, numpy
print('STATE', torch.initial_seed(), random.random(), numpy.random.rand())"""
    outputs = []
    for number in range(2):
        with arena.opened(arena.submission({"lstm_cell.py": cell(right=True, top=top) + f"# {number}\n"})) as (
            session,
            _,
        ):
            outputs.append(session.loaded.output)
    assert outputs[0] != outputs[1]
    assert all("STATE" in text for text in outputs)
    seen("the seed that travels is not the one that drew the labels; each submission has random numbers of its own")


@attack(43, "network", "sends what it sees by TCP, UDP, DNS and a unix socket", "reduced")
def test_there_is_no_way_out(grade_attack: Grade, seen: Seen) -> None:
    top = """
        import socket, urllib.request
        went = []
        for act in (
            lambda: socket.create_connection(("1.1.1.1", 80), 0.2),
            lambda: socket.create_connection(("127.0.0.1", 22), 0.2),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53)),
            lambda: socket.getaddrinfo("example.org", 80),
            lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
            lambda: urllib.request.urlopen("http://169.254.169.254/", timeout=0.2),
            lambda: socket.socket(socket.AF_INET6),
        ):
            try:
                act(); went.append(1)
            except OSError:
                went.append(0)
        print("WENT", sum(went), "OF", len(went))
        """
    result = grade_attack(cell(right=True, top=top))
    assert "WENT 0 OF 7" in result.loaded.output
    seen("none of seven ways works")


@attack(
    44,
    "hidden inputs carried out by printing",
    "prints the inputs of hidden cases to use them at the next attempt",
    "any",
)
@attack(45, "hidden inputs carried out in parameters", "names its parameters after hidden inputs", "any")
def test_what_is_printed_in_a_hidden_case_is_not_shown_and_its_cases_do_not_come_back(
    arena: Arena, grade_attack: Grade, seen: Seen
) -> None:
    source = cell(right=True, give="print('INPUT', x.flatten()[:5].tolist())\nreturn h, c")
    result = grade_attack(source)
    assert "INPUT" not in result.text()
    named = cell(right=True, give="return h, c", init="self.register_parameter('kept', nn.Parameter(torch.zeros(0)))")
    assert grade_attack(named).won("lstm_cell") <= EVERY
    seen("printed text of hidden cases is in no finding; the next attempt has other seeds")


@attack(
    49, "answers kept between submissions", "writes what it saw wherever it may, for the next submission to read", "any"
)
def test_nothing_is_left_for_the_next_submission(arena: Arena, seen: Seen) -> None:
    places = "['/tmp', '/dev/shm', '/site', os.environ['HOME'], os.path.expanduser('~/.cache'), "
    places += "os.path.dirname(os.__file__), os.path.dirname(torch.__file__)]"
    leave = (
        f"import os\ntorch.left = True\nfor place in {places}:\n    try:\n        os.makedirs(place, exist_ok=True)\n"
    )
    leave += "        open(place + '/left', 'w').write('answers'); print('WROTE')\n    except OSError: pass\n"
    take = f"import os\nprint('LEFT', [p for p in {places} if os.path.exists(p + '/left')], hasattr(torch, 'left'))"
    outputs = []
    for top in (leave, take):
        with arena.opened(arena.submission({"lstm_cell.py": cell(right=True, top=top)})) as (session, _):
            outputs.append(session.loaded.output)
    assert "WROTE" in outputs[0]
    assert "LEFT [] False" in outputs[1]
    seen("the folder that it may write to is empty again, and every other place refused")


@attack(
    31,
    "tracing and signalling other processes",
    "ptrace, process_vm_readv, pidfd_getfd and signals against its parents",
    "reduced",
)
def test_other_processes_cannot_be_touched(arena: Arena, seen: Seen) -> None:
    calls = {
        "ptrace": (101, 16),
        "process_vm_readv": (310, None),
        "pidfd_open": (434, None),
        "kill": (62, None),
        "tgkill": (234, None),
    }
    body = f"""
        import ctypes, os
        def attack():
            libc = ctypes.CDLL(None, use_errno=True)
            done = []
            for name, (number, first) in {calls!r}.items():
                for pid in {{1, 2, os.getppid()}} - {{0, os.getpid()}}:
                    second = pid if name == "tgkill" else 0
                    given = (pid, second, 0, 0, 0, 0) if first is None else (first, pid, 0, 0, 0, 0)
                    if libc.syscall(number, *given) >= 0:
                        done.append(name)
            print("DONE", done)
        attack()
        """
    with arena.opened(arena.submission({"lstm_cell.py": cell(right=True, top=body)})) as (session, _):
        assert "DONE []" in session.loaded.output
    seen("every call is refused")


@attack(35, "names that leave the folder", "hands in files under absolute names, with .. and as links", "any")
def test_names_that_lead_outside_are_no_part_of_a_submission(arena: Arena, tmp_path: Path, seen: Seen) -> None:
    import zipfile

    outside = tmp_path / "outside.py"
    archive = tmp_path / "mallory.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("lstm_cell.py", cell())
        for name in ("../outside.py", str(outside), "a/../../outside.py", "..\\outside.py", "C:\\outside.py"):
            made.writestr(name, "raise SystemExit\n")
        link = zipfile.ZipInfo("link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    entry = intake.receive([archive], arena.course.assignment.exercises, mode="single").entries[0].read()
    assert not outside.exists()
    assert "root:" not in repr(entry)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mallory.zip"]
    seen("nothing is written outside; the entries are named as problems and the rest is graded")


@attack(57, "weights shipped with the code", "brings trained weights in a file and loads them", "any")
def test_files_that_are_no_code_do_not_come_along(grade_attack: Grade, seen: Seen) -> None:
    top = """\
import os
try:
    print('WEIGHTS', os.path.getsize('weights.pt'))
except OSError:
    print('NO WEIGHTS', os.listdir('.'))"""
    result = grade_attack({"lstm_cell.py": cell(right=True, top=top), "weights.pt": "0" * 1000, "cache/a.npz": "x"})
    assert "NO WEIGHTS []" in result.loaded.output
    seen("only code and answers are taken; the folder in the sandbox is empty")


PAYLOAD = "import os\nopen(os.path.expanduser('~/owned'), 'w').write('x')\nopen({place!r}, 'w').write('x')\n"


@attack(77, "pickles", "hands in .pt, .pkl, .npy and .joblib files that run code when they are opened")
@attack(78, "safetensors and arrays that lie", "hands in files whose headers claim what is not there")
@attack(89, "things to be installed", "hands in requirements.txt, setup.py, pyproject.toml, a wheel and an environment")
def test_nothing_of_a_submission_is_opened_unpickled_or_installed(
    arena: Arena, grade_attack: Grade, tmp_path: Path, seen: Seen
) -> None:
    import pickle

    place = tmp_path / "owned"
    payload = PAYLOAD.format(place=str(place))

    class Bomb:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return exec, (payload,)

    files = {"lstm_cell.py": cell(right=True), "setup.py": payload, "requirements.txt": "-e .\n./evil.whl\n"}
    files |= {"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'setup'\nbackend-path = ['.']\n"}
    files |= {"environment.yml": "dependencies: [pip: ['-e .']]", "evil.whl": "PK\x03\x04", "conda.sh": "touch owned"}
    handed_in = tmp_path / "mallory"
    handed_in.mkdir()
    for name, text in files.items():
        (handed_in / name).write_text(text, encoding="utf-8")
    for name in ("weights.pt", "weights.pth", "answers.pkl", "cache.joblib", "x.npy"):
        (handed_in / name).write_bytes(pickle.dumps(Bomb()))
    (handed_in / "model.safetensors").write_bytes((2**62).to_bytes(8, "little") + b"{}")
    before = sorted(os.listdir(tmp_path))
    submission = intake.receive([handed_in], arena.course.assignment.exercises, mode="single").entries[0].read()

    assert {file.name for file in submission.files} <= {"lstm_cell.py", "setup.py"}
    assert arena.judge(submission, ["lstm_cell"]).won("lstm_cell") == EVERY
    assert sorted(os.listdir(tmp_path)) == before
    assert not place.exists()
    assert not Path("~/owned").expanduser().exists()
    arena.control()
    seen("only Python, notebooks and text are read; setup.py runs in the sandbox like any file, and changed nothing")


@attack(60, "clocks replaced", "replaces the functions that tell time, so that its budget never ends")
@attack(59, "more computing than is allowed", "trains longer or larger than the limits", "any")
def test_the_budget_is_kept_outside(arena: Arena, seen: Seen) -> None:
    source = """\
import time
time.process_time = time.monotonic = lambda: 0.0
def train_sentiment(texts, labels, seed=0):
    while True:
        pass
"""
    with arena.opened(arena.submission({"training.py": source})) as (session, _):
        exercise = next(e for e in arena.course.assignment.exercises if e.id == "trained_accuracy")
        check = exercise.checks[0]
        case = arena.course.seeds.prepared(check, arena.course.seeds.case(check.cases[0], exercise.id, check.probe))
        reply = session.ask(Request(check.probe, case, (), Limits(20.0, 0.5)))
    assert isinstance(reply, Crash)
    assert (reply.kind, reply.message.startswith("stopped after 0.5 s of computing")) == ("deadline", True)
    seen(reply.message)


@attack(46, "signs of a public run", "compares what it sees in a public case with what it sees in a hidden one", "any")
def test_a_public_case_looks_like_a_hidden_one(arena: Arena, seen: Seen) -> None:
    give = """\
import os, sys
frames = [f.f_code.co_name for f in (sys._getframe(1), sys._getframe(2))]
ours = sorted(n for n in sys.modules if 'autograder' in n or 'probe' in n)
view = repr((sorted(os.environ.items()), sys.argv, os.getcwd(), os.uname(), frames, ours))
print(view)
return h, c"""
    with arena.opened(arena.submission({"lstm_cell.py": cell(right=True, give=give)})) as (session, _):
        replies = [
            session.ask(Request("lstm_cell.shapes", Case(sizes=CASE, seed=7, public=public)))
            for public in (True, False)
        ]
    assert all(isinstance(reply, Observation) for reply in replies)
    assert replies[0].output == replies[1].output != ""
    seen("environment, arguments, folder, frames and modules are the same")


def test_the_watch_sees_a_canary_wherever_one_can_be(arena: Arena) -> None:
    """A submission that holds one, says it, prints it and writes it; then the watch forgets that it saw it."""
    mark = CANARIES[0]
    top = f"import os\nMARK = {mark!r}\nprint(MARK)\nopen(os.environ['HOME'] + '/f', 'w').write(MARK)"
    searched = arena.watch.searched
    with arena.opened(arena.submission({"lstm_cell.py": cell(right=True, top=top)})):
        pass
    seen, arena.watch.hits[:] = set(arena.watch.hits), []
    wanted = {"a frame to a child", "what a child printed"}
    if arena.watch.searched > searched:
        wanted |= {"the memory of a child"}
    if arena.sandbox.level == "full" and Path(f"/proc/{arena.sandbox.keeper().pid}/root/box").is_dir():
        wanted |= {"a file in the box"}
    assert {f"{mark} in {where}" for where in wanted} <= seen
    assert arena.watch.searched > searched or os.geteuid() != 0


def test_every_canary_is_where_it_was_planted(arena: Arena) -> None:
    """Else a search that finds none would show nothing."""
    course = Path(arena.course.assignment.hidden or "").parents[1]
    text = "".join(p.read_text(errors="replace") for p in (course / "solutions").rglob("*.py"))
    text += (course / "gradebook").read_text() + repr(dict(os.environ)) + arena.course.seeds.secret.decode()
    assert not [name for name in CANARIES if name not in text]
    code = arena.course.reference.session.code  # type: ignore[attr-defined]
    assert canary("reference") in vars(__import__("sys").modules["builtins"]).get(
        "", ""
    ) or code.LSTMCell.forward.__globals__["_REFERENCE"] == canary("reference")
