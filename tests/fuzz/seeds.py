"""Sound inputs to start from, and strategies that break them in ways that a random byte seldom does."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from autograder.sandbox import wire

CODE = "import torch\nclass Cell(torch.nn.Module):\n    def forward(self, x):\n        return x\n"


def frames() -> list[bytes]:
    """Replies as a child sends them, with and without the length in front."""
    array = np.arange(6.0).reshape(2, 3)
    said = [
        {"id": 1, "kind": "observation", ":h": array, ":n": [1, {"a": None}], ":b": np.array([True])},
        {"id": 1, "kind": "observation", ":defined": ["Cell"], ":failures": [{"file": "a.py", "line": 3}]},
        {"id": 1, "kind": "exception", "message": "no", "exception": "E", "frames": [{"file": "a.py", "line": 2}]},
    ]
    made = [wire.encode(values) for values in said]
    return made + [wire.prefixed(frame) for frame in made]


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members, names as they are."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return data.getvalue()


def archives() -> list[bytes]:
    """Zips as students make them."""
    plain = [("cell.py", CODE.encode()), ("work.ipynb", notebooks()[0]), ("answers.md", b"# In your own words\nyes")]
    return [zipped(plain), zipped(plain[:1], zipfile.ZIP_STORED), zipped([("a/" + n, c) for n, c in plain])]


def notebooks() -> list[bytes]:
    """Notebooks of formats 4 and 3."""
    cells = [
        {"cell_type": "code", "source": CODE.splitlines(keepends=True), "outputs": [], "metadata": {}},
        {"cell_type": "code", "source": "%matplotlib inline\n!ls\nx = 1", "outputs": []},
        {"cell_type": "markdown", "source": "# In your own words\nbecause"},
    ]
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": CODE, "outputs": []}]}], "nbformat": 3}
    return [json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode(), json.dumps(old).encode()]


SEEDS: dict[str, Callable[[], list[bytes]]] = {"frame": frames, "archive": archives, "notebook": notebooks}

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_SOURCE = st.text(max_size=40) | st.sampled_from([CODE, "%%bash\nrm", "x = (", "def f(:", "-" * 5000, "\0", "\ud800"])


@st.composite
def _broken(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A sound input with some bytes changed, cut out, or put twice."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        piece = draw(st.binary(max_size=8) | st.sampled_from([b"\xff" * 8, b"\0" * 8, data[at : at + 30]]))
        data[at : at + draw(st.integers(0, 12))] = piece
    return bytes(data)


@st.composite
def _header(draw: st.DrawFn) -> bytes:
    """A frame whose header is JSON of any form."""
    entry = st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F64", "BOOL", "I64", "F16", "x"]),
            "shape": st.lists(st.integers(-1, 2**40), max_size=4),
        }
        | {"data_offsets": st.lists(st.integers(-1, 2**40), max_size=3)}
    )
    plain = draw(st.dictionaries(st.sampled_from(["id", "kind", "frames", ":x"]), _JSON, max_size=4))
    text = json.dumps([list(plain), plain])
    header = draw(st.dictionaries(st.text(max_size=6), entry | _JSON, max_size=3))
    said = json.dumps({"__metadata__": {"json": text}, **header}).encode()
    return struct.pack("<Q", len(said) + draw(st.sampled_from([0, 0, 0, 1, -1]))) + said + draw(st.binary(max_size=64))


@st.composite
def _members(draw: st.DrawFn) -> bytes:
    """A zip with names that lie."""
    part = st.sampled_from(["..", ".", "", "a", "cell.py", "C:", "\\", "con", "é", "e\u0301", "\u202e", "x" * 300])
    name = st.builds("/".join, st.lists(part, min_size=1, max_size=4)).map(lambda n: n.replace("\0", "") or "x")
    name = name.flatmap(lambda n: st.sampled_from([n, n + "/cell.py", n + ".ipynb", n + ".zip"]))
    content = st.binary(max_size=40) | st.sampled_from([CODE.encode(), b"\0" * 100_000, notebooks()[0]])
    return zipped(draw(st.lists(st.tuples(name, content), max_size=5, unique_by=lambda pair: pair[0])))


@st.composite
def _notebook(draw: st.DrawFn) -> bytes:
    """JSON that is nearly a notebook."""
    cell = st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | _JSON},
        optional={
            "source": _SOURCE | st.lists(_SOURCE | _JSON, max_size=3) | _JSON,
            "input": _SOURCE,
            "outputs": _JSON,
        },
    )
    cells = draw(st.lists(cell | _JSON, max_size=4) | _JSON)
    content = draw(
        st.sampled_from([{"cells": cells}, {"worksheets": [{"cells": cells}]}, {"worksheets": cells}, cells])
    )
    return json.dumps(content).encode("utf-8", "replace")


STRATEGIES: dict[str, st.SearchStrategy[bytes]] = {
    "frame": st.binary(max_size=200) | _broken(frames()) | _header(),
    "archive": _broken(archives()) | _members() | st.binary(max_size=200),
    "notebook": _notebook() | _broken(notebooks()) | st.binary(max_size=200),
}
