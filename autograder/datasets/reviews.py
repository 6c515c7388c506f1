"""Sentences of film reviews with people's ratings, cut into three parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.datasets.pinned import Pinned, member

PACKAGE = Pinned(
    "vaderSentiment",
    "0.5",
    "vaderSentiment-0.5.zip",
    "5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a",
)
_MEMBERS = (
    "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz",
    "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
)
UNDECIDED = 0.5  # of a mean rating from -4 to 4: below it people could not tell
PARTS = {"train": 80, "valid": 10, "test": 10}  # per cent
_ENDING = r"n't\b|'(?:s|re|ve|ll|d|m)\b"  # words of their own, as in the vectors: does n't, film 's
_WORD = re.compile(rf"{_ENDING}|[^\W_]+(?:[.,:][^\W_]+)*|[^\w\s]")

ABOUT = """\
# Sentences of film reviews

{rows:,} sentences, each one line of `label<TAB>text`: label 1 is positive, 0 negative. The text is in small letters,
with spaces around punctuation and "does n't", "film 's" as GloVe has them, so that `text.split()` gives words.

| file | sentences | positive |
|---|---|---|
{table}

A sentence's part follows from the sentence itself, so everybody has the same three, and none is in two of them.
Sentences whose mean rating is nearer to 0 than {undecided} are left out.

## Where they come from

From the package {project} {version} (MIT licence), file `{file}`, SHA-256

    {sha256}

The sentences were written by film critics and collected from their reviews by others; at least 20 people rated each.
They are for use in a course: do not publish them. Who uses the ratings in research is asked to cite

> Hutto, C. J. and Gilbert, E. E. (2014). VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
> Text. Eighth International Conference on Weblogs and Social Media.
"""


@dataclass(frozen=True, slots=True)
class Review:
    """One sentence; ``label`` is 1 for praise, 0 for blame."""

    label: int
    text: str


def reviews(archive: bytes) -> tuple[Review, ...]:
    """Those sentences in the package's ``archive`` that people could decide about, in its order."""
    found = []
    for line in member(archive, *_MEMBERS).splitlines():
        if line.strip():
            _, rating, text = line.split("\t")
            if abs(float(rating)) >= UNDECIDED:
                found.append(Review(int(float(rating) > 0), tokenised(text)))
    return tuple(found)


def tokenised(text: str) -> str:
    """Words and punctuation in small letters, one space between them."""
    apart = re.sub(_ENDING, r" \g<0> ", text.lower().replace("''", '"'))
    return " ".join(_WORD.findall(apart))


def part(text: str) -> str:
    """Which of the parts a sentence belongs to: the same for everybody, whatever else there is."""
    place = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % 100
    for name, share in PARTS.items():
        if place < share:
            return name
        place -= share
    raise AssertionError("the shares sum to 100")


def files(archive: bytes) -> dict[str, str]:
    """What is written, by file name: one file for each part, and where it all comes from."""
    rows = reviews(archive)
    cut = {name: [row for row in rows if part(row.text) == name] for name in PARTS}
    made = {f"{name}.tsv": _lines(some) for name, some in cut.items()}
    table = [f"| `{name}.tsv` | {len(some):,} | {sum(row.label for row in some):,} |" for name, some in cut.items()]
    made["ABOUT.md"] = ABOUT.format(
        rows=len(rows),
        table="\n".join(table),
        undecided=UNDECIDED,
        project=PACKAGE.project,
        version=PACKAGE.version,
        file=PACKAGE.file,
        sha256=PACKAGE.sha256,
    )
    return made


def _lines(rows: Iterable[Review]) -> str:
    return "".join(f"{row.label}\t{row.text}\n" for row in rows)
