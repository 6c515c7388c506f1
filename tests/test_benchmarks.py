"""What the graders are compared with: the submissions fail by hand-written tests and here what they should fail."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
GONE = 2**22 + 1  # no process has such a number
sys.path.insert(0, str(ROOT / "benchmarks"))

import everything  # noqa: E402  # benchmarks are no package
import growth  # noqa: E402
import overhead  # noqa: E402
import rejudge  # noqa: E402
import workers  # noqa: E402
from graders import timing, tiny, work  # noqa: E402
from graders.by_ours import Ours  # noqa: E402
from graders.machine import bare  # noqa: E402


@pytest.mark.parametrize("student", work.STUDENTS)
def test_a_submission_fails_just_what_is_wrong_in_it_by_tests_by_hand(student: str) -> None:
    space: dict[str, Any] = {}
    for exercise in work.MODULES:
        exec(work.piece(student, exercise), space)
    failed = set()
    for exercise, checks in work.tests(False, Path("unused")).items():
        assert tuple(checks) == work.checks(exercise)
        for check, source in checks.items():
            exec(source, space)
            try:
                space[f"{exercise}__{check}"](space[work.NAMES[exercise]])
            except Exception:
                failed.add(f"{exercise}.{check}")
    assert failed == work.wanted(student, False)


def test_the_training_is_tested_by_hand_too() -> None:
    source = work.tests(True, Path("/somewhere/texts.json"))["training"]["accuracy"]
    assert 'open("/somewhere/texts.json")' in source
    assert work.wanted("jan", True) - work.wanted("jan", False) == {"training.accuracy"}


@pytest.mark.slow
def test_the_same_is_failed_here(tmp_path: Path) -> None:
    """By the command that the benchmark measures, in full isolation."""
    data = tmp_path / "texts.json"
    work.write_texts(data)
    ours = Ours(tmp_path / "ours", training=False, data=data, jobs=1)
    ours.grade(("ada", "ines", "jan"))
    assert ours.failed() == {student: work.wanted(student, False) for student in ("ada", "ines", "jan")}


def test_the_texts_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first", "second"):
        work.write_texts(tmp_path / name)
    plain = json.loads((tmp_path / "first").read_text())
    assert (tmp_path / "first").read_text() == (tmp_path / "second").read_text()
    assert (len(plain["texts"]), len(plain["hidden_texts"]), len(plain["hidden_labels"])) == (700, 400, 400)


def test_cpu_of_a_grandchild_that_nobody_waited_for_counts(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    code = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {burn!r}])\ntime.sleep(2)"
    cost = timing.measure([sys.executable, "-c", code], tmp_path)
    assert cost.cpu >= 0.4  # counted in hundredths
    assert cost.wall >= 2
    assert cost.largest > 0


def test_only_what_a_measured_command_leaves_behind_is_waited_for_here(tmp_path: Path) -> None:
    timing.measure(["true"], tmp_path)

    leaves = ["sh", "-c", "sleep 30 >/dev/null 2>&1 & echo $!"]
    orphan = subprocess.run(leaves, capture_output=True, text=True, check=True)

    pid = int(orphan.stdout)
    try:
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        assert int(parent) != os.getpid()
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_command_that_fails_stops_a_benchmark_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such luck"):
        timing.measure([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path)


def test_a_control_group_that_somebody_removed_costs_its_count_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "_group", lambda: tmp_path / "gone")
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    assert timing.measure([sys.executable, "-c", burn], tmp_path).cpu >= 0.4  # counted in hundredths


def test_control_groups_of_killed_runs_are_swept_and_those_of_others_stay(tmp_path: Path) -> None:
    gone, used, ours = (tmp_path / f"{timing.PREFIX}{pid}-1" for pid in (GONE, GONE + 1, os.getpid()))
    for folder in (gone, used, ours, tmp_path / "else"):
        folder.mkdir()
    (used / "a group in which something runs").touch()

    timing.sweep(tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([used, ours, tmp_path / "else"])


def test_a_benchmark_that_is_stopped_leaves_no_process_and_no_control_group(tmp_path: Path) -> None:
    nap = "import os, time; open('pid', 'w').write(f'{os.getpid()}\\n'); time.sleep(60)"
    code = "import sys\nfrom pathlib import Path\nfrom graders import timing\ngroup = timing._group()\n"
    code += "print(group or '', flush=True)\ntiming._group = lambda: group\n"
    code += f"timing.measure([sys.executable, '-c', {nap!r}], Path('.'))"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "benchmarks")}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        group = process.stdout.readline().strip()
        while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text().endswith("\n"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)

    assert process.returncode != 0
    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()
    assert not group or not Path(group).exists()


def test_every_submission_of_a_growing_class_is_another(tmp_path: Path) -> None:
    made = tiny.make_class(tmp_path, 12)
    texts = {path.read_text() for path in made.rglob("*.py")}
    assert len(texts) == 24


def test_cpu_of_a_submission_leaves_starting_out() -> None:
    least, ten = (growth.Size(n, 0.0, cpu, 0.0, 0.0, 0.0, 0.0, 0.0) for n, cpu in ((2, 4.0), (10, 8.0)))
    assert growth.each(ten, least) == 0.5


@pytest.mark.parametrize("name", ["peers", "growth", "workers", "cluster", "overhead", "rejudge", "again", "reports"])
def test_a_benchmark_says_how_it_is_used(name: str) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--help"]
    assert f"python benchmarks/{name}.py" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


# --- all of them, by one command ----------------------------------------------------------------


def part(name: str, code: str, folder: Path) -> everything.Part:
    """A benchmark of one line."""
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    return everything.Part(name, "a try", f"{folder / name}.py", f"{folder / name}.py quick", 1, 0.5)


def test_a_part_that_fails_is_named_at_the_end_and_the_others_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = part("first", "import sys; print('a table'); sys.exit('no such luck')", tmp_path)
    second = part("second", "import sys; print('ran', *sys.argv[1:])", tmp_path)

    status = everything.main(["--quick", str(tmp_path / "out")], [first, second])

    said = capsys.readouterr().out
    assert status == 1
    assert said.endswith("failed: first (exit status 1), see first.txt\n")
    assert "1 of 2 · first: a try; 0.5 min expected" in said
    assert (tmp_path / "out/first.txt").read_text() == "a table\nno such luck\n"
    assert (tmp_path / "out/second.txt").read_text() == "ran quick\n"
    assert (tmp_path / "out/bench.txt").read_text() == said


def test_parts_are_chosen_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [part(name, f"print('{name} ran')", tmp_path) for name in ("one", "two", "three")]

    assert everything.main(["--only", "three, one", str(tmp_path / "out")], parts) == 0
    with pytest.raises(SystemExit) as refused:
        everything.main(["--only", "one,four", str(tmp_path / "out")], parts)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["bench.txt", "one.txt", "three.txt"]
    assert refused.value.code == 2
    assert "there is no part 'four'; there are one, two, three" in capsys.readouterr().err


def test_every_part_is_a_program_that_knows_its_words(tmp_path: Path) -> None:
    """Each whole and each quick call, with --help put after it."""
    for one in everything.PARTS:
        for words in (one.whole, one.quick):
            program = ROOT / "benchmarks" / words.split()[0]
            assert program.is_file()
            known = program.read_text(encoding="utf-8")
            assert [word for word in words.split() if word.startswith("--") and f'"{word}"' not in known] == []
            assert not one.figures or '"--json"' in known
    programs = {path.name for path in (ROOT / "benchmarks").glob("*.py")} - {"everything.py"}
    assert programs == {one.whole.split()[0] for one in everything.PARTS}


def test_the_parts_are_listed_with_their_minutes_and_words_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert everything.main(["--list"]) == 0
    with pytest.raises(SystemExit) as refused:
        everything.main(["--fast"])

    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in everything.PARTS]
    assert all(" min " in line for line in lines)
    assert refused.value.code == 2
    assert "--fast" in said.err


# --- small slices: what they find, never how long it takes --------------------------------------


@pytest.mark.slow
def test_a_class_of_forty_needs_no_more_of_the_grader_than_one_of_ten() -> None:
    """Its memory, within a fifth and 20 MiB for what a first look finds; the gradebook holds all."""
    ten, forty = growth.graded(10, 1), growth.graded(40, 1)  # which counts the reports

    assert 0 < forty.main <= 1.2 * ten.main + 20
    assert 0 < ten.gradebook < forty.gradebook < 5
    assert forty.cpu > ten.cpu > 0


def test_growth_has_a_row_for_each_size_and_ratios(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(growth, "graded", lambda n, jobs: growth.Size(n, 1.0, 4 + n, 200.0, 100.0, 500.0, n / 10, 0.5))
    monkeypatch.setattr(sys, "argv", ["growth.py", "--sizes", "500,5000", "--json", str(tmp_path / "growth.json")])

    growth.main()

    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines() if line.strip()[:1].isdigit()][-2:] == ["500", "5000"]
    assert "CPU a submission, 5000 against 500: 1.00 (promised: at most 1.1)" in said
    assert "memory of the workers, 5000 against 500: 1.00 (promised: at most 1.2)" in said
    assert [size["count"] for size in json.loads((tmp_path / "growth.json").read_text())] == [2, 500, 5000]


@pytest.mark.slow
def test_the_overhead_is_split_by_stage(capsys: pytest.CaptureFixture[str]) -> None:
    overhead.main(1, training=False)

    said = capsys.readouterr().out
    rows = [line.strip().rpartition(" ms")[0].rsplit(maxsplit=1) for line in said.splitlines() if " ms" in line]
    assert {name for name, _ in rows} >= {"probes", "judging", "zygote and child", *overhead.STAGES}
    assert all(float(value) > 0 for name, value in rows if name in ("probes", "judging", "frames", "store"))


@pytest.mark.slow
def test_a_stored_class_is_judged_again_after_a_change(tmp_path: Path) -> None:
    """One submission, copied to four: a changed tolerance is judged in each, and no more than its exercise."""
    out, work = tmp_path / "out", tmp_path / "class" / "ada"
    work.mkdir(parents=True)
    shutil.copy(ROOT / "examples/class/ada/lstm_cell.py", work)
    words = ["grade", work.parent, "-o", out, "--course", ROOT, "--class", "-j", "1", "--isolation", "none"]
    subprocess.run([*rejudge.PROGRAM, *map(str, words)], check=True, capture_output=True)
    assert rejudge.enlarge(out / "gradebook.db", 4) == 4
    course = tmp_path / "course"
    for half in rejudge.COPIED:
        shutil.copytree(ROOT / half, course / half)
    rejudge.CHANGES["a tolerance of the LSTM cell's parity"](course)

    _, cpu, judged = rejudge.measured(out, course, 1)

    assert (judged, cpu > 0) == ("4", True)


def test_what_the_machine_gives_is_measured_without_starting() -> None:
    assert 0 < bare(2, 2, 20).cpu < 60


def test_two_workers_are_read_against_what_the_machine_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def way(submissions: int, hands: int) -> timing.Cost:
        return timing.Cost(2 + submissions / hands, submissions, 1.0, 1.0)

    monkeypatch.setattr(workers, "bare", lambda count, processes, rounds: timing.Cost(count / processes, count, 0, 0))

    found = workers.compared(4, 1, way)

    assert found.further == pytest.approx(2)
    assert found.whole == pytest.approx(6 / 4)
    assert found.machine == pytest.approx(2)
    assert set(json.loads(found.to_json())) == {"count", "start", "graded", "bare", "ratios"}
    found.print()
    assert re.search(r"of what the machine gives +100 %", capsys.readouterr().out)


def test_where_starting_outweighs_grading_no_ratio_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    start, graded = (
        {jobs: timing.Cost(wall, 1.0, 1.0, 1.0) for jobs, wall in ((1, one), (2, two))}
        for one, two in ((3.0, 3.0), (9.0, 2.9))
    )
    found = workers.Figures(4, start, graded, graded)

    found.print()

    assert json.loads(found.to_json())["ratios"]["further"] is None
    assert "take a larger --count" in capsys.readouterr().out


def test_a_process_that_has_gone_has_no_children() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()

    assert timing.family(gone.pid) == [gone.pid]
