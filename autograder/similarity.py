"""Which submissions have passages in common, the handout's own code left out. A list to look at, and no verdict.

Passages are compared by copydetect: names and strings are blotted out, comments and blanks dropped, and what is
left is the same for at least ``PASSAGE`` characters. Nothing of a submission is run.
"""

from __future__ import annotations

import functools
import io
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from autograder.errors import AutograderError
from autograder.model import Submission

PASSAGE = 40  # characters once names are single letters: about three lines
LEAST = 40  # places at which a passage may begin; with fewer of its own, a submission is not compared
COMMON = 0.5  # a passage that more than this share of the class has is the exercise's, not anybody's
CLASS = 8  # students from which on that is said of passages
MOST_TEXT = 400_000  # characters of one submission


@dataclass(frozen=True, slots=True)
class Side:
    """One of two submissions. ``spans``: where ``text`` has passages of the other; ``share``: of its own code."""

    student: str
    text: str
    spans: tuple[tuple[int, int], ...]
    share: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions with what they have in common."""

    first: Side
    second: Side

    @property
    def share(self) -> float:
        """The mean of both shares, from 0 to 1."""
        return (self.first.share + self.second.share) / 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """The pairs with most in common first, how much two of this class usually have, and who is not in it."""

    students: int
    compared: int
    usual: float  # the share of the pair in the middle
    pairs: tuple[Pair, ...]
    empty: tuple[str, ...]


def compare(works: Iterable[Submission], handout: Sequence[str], *, most: int = 30) -> Comparison:
    """Compare everybody with everybody. handout: the texts that were handed out; most: pairs to be given back.

    Of each submission its text and its passages are kept, as numbers; all else is made again for the pairs shown.
    """
    given: set[int] = set().union(*(_fingerprint(text).hashes for text in handout))
    texts = [(work.student, text_of(work)) for work in works]
    passages = [np.fromiter(_own(text, given).hashes, dtype=np.int64) for _, text in texts]
    known, counts = np.unique(np.concatenate([np.empty(0, np.int64), *passages]), return_counts=True)
    common = set(known[counts > COMMON * len(texts)].tolist()) if len(texts) >= CLASS else set()
    passages = [np.setdiff1d(mine, np.fromiter(common, np.int64), assume_unique=True) for mine in passages]
    shared = known[counts > 1]
    own = [
        (n, len(mine), set(np.intersect1d(mine, shared, assume_unique=True).tolist()))
        for n, mine in enumerate(passages)
        if len(mine) >= LEAST
    ]
    shares = []
    for (n, size, left), (m, other, right) in combinations(own, 2):
        same = len(left & right)
        shares.append(((same / size + same / other) / 2, n, m))
    shares.sort(key=lambda entry: (-entry[0], entry[1:]))

    @functools.cache
    def whole(n: int) -> tuple[str, Any]:
        return texts[n][0], _own(texts[n][1], given, common)

    pairs = [_pair(whole(n), whole(m)) for share, n, m in shares[:most] if share > 0]
    middle = shares[len(shares) // 2 :][:1]
    return Comparison(
        students=len(texts),
        compared=len(shares),
        usual=sum(_pair(whole(n), whole(m)).share for _, n, m in middle),
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.share)),
        empty=tuple(student for (student, _), mine in zip(texts, passages, strict=True) if len(mine) < LEAST),
    )


def text_of(work: Submission) -> str:
    """All code of a submission as it was read, file by file under its name."""
    parts = []
    for file in work.files:
        source = "\n\n".join(unit.source.strip("\n") for unit in file.units)
        parts.append(f"# {file.name}\n\n{source}\n")
    return "\n\n".join(parts)[:MOST_TEXT]


def handed_out(folder: Path) -> list[str]:
    """The code of everything in the folder that students receive: modules, and code cells of notebooks."""
    return [text for path in sorted(folder.rglob("*")) if path.is_file() for text in _texts(path)]


def _texts(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield path.read_text(encoding="utf-8", errors="replace")
    elif path.suffix == ".ipynb":
        for cell in json.loads(path.read_text(encoding="utf-8")).get("cells", []):
            if cell.get("cell_type") == "code":
                yield "".join(cell.get("source", ""))


def _fingerprint(text: str) -> Any:
    try:
        from copydetect import CodeFingerprint
    except ImportError:
        raise AutograderError(
            "comparing submissions needs the package copydetect", mend="pip install 'torchgrade[similarity]'"
        ) from None
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    # A window of 1 keeps every passage: which ones a wider one keeps depends on how this process hashes.
    found = CodeFingerprint("submission.py", PASSAGE, 1, fp=io.StringIO(text[:MOST_TEXT]))
    if len(found.offsets):
        # Names of classes come with an offset of their own instead of the sum so far.
        found.offsets[:, 1] = np.maximum.accumulate(found.offsets[:, 1])
    return found


def _own(text: str, given: set[int], common: AbstractSet[int] = frozenset()) -> Any:
    """The fingerprint of a text without what was handed out, and without what is common."""
    found = _fingerprint(text)
    _keep(found, given, touching=False)
    if common:
        _keep(found, common)
    return found


def _keep(one: Any, without: AbstractSet[int], *, touching: bool = True) -> None:
    """Take passages out of a fingerprint. touching: those that only lie over part of one stay."""
    from copydetect.utils import get_token_coverage

    covered = np.zeros(len(one.filtered_code) + 1, dtype=int)
    if not touching:
        for place in (place for hash_ in one.hashes & without for place in one.hash_idx[hash_]):
            covered[place : place + one.k] = 1
    before = np.concatenate([[0], np.cumsum(covered)])
    kept = {
        hash_: [place for place in places if before[place + one.k] == before[place]]
        for hash_, places in one.hash_idx.items()
        if hash_ not in without
    }
    one.hash_idx = {hash_: places for hash_, places in kept.items() if places}
    one.hashes = set(one.hash_idx)
    one.token_coverage = get_token_coverage(one.hash_idx, one.k, len(one.filtered_code))


def _pair(left: tuple[str, Any], right: tuple[str, Any]) -> Pair:
    from copydetect import compare_files

    _, shares, slices = compare_files(left[1], right[1])
    sides = [
        Side(student, one.raw_code, _spans(cut, len(one.raw_code)), min(1.0, float(share)))
        for (student, one), share, cut in zip((left, right), shares, slices, strict=True)
    ]
    return Pair(sides[0], sides[1])


def _spans(slices: Any, length: int) -> tuple[tuple[int, int], ...]:
    """Places in the text, in order, none over another."""
    if len(slices) < 2:
        return ()
    spans: list[tuple[int, int]] = []
    for start, end in sorted((int(a), int(b)) for a, b in zip(slices[0], slices[1], strict=True)):
        start, end = max(0, start), min(length, end)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif start < end:
            spans.append((start, end))
    return tuple(spans)
