"""Sources that attacks are made of: LSTM cells, right and wrong, with room for more."""

from __future__ import annotations

import textwrap

EVERY = frozenset({"shapes", "parameters", "forward", "states", "gradients", "from_scratch"})
BESIDES = EVERY - {"forward", "gradients"}  # what a wrong cell of the right build deserves

RIGHT_STEP = """
i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)
c = f.sigmoid() * c + i.sigmoid() * g.tanh()
h = o.sigmoid() * c.tanh()
"""
WRONG_STEP = RIGHT_STEP.replace("g.tanh()", "g")


def cell(
    *,
    top: str = "",
    init: str = "",
    step: str = WRONG_STEP,
    give: str = "return h, c",
    more: str = "",
    right: bool = False,
) -> str:
    """A file with an LSTMCell: ``top`` before it, ``init`` in its constructor, ``step`` its equations,
    ``give`` its last lines, ``more`` other methods. Wrong by one missing tanh unless ``right``."""
    step = RIGHT_STEP if right else step
    parts = [
        "import torch\nfrom torch import nn\n",
        textwrap.dedent(top),
        "class LSTMCell(nn.Module):",
        "    def __init__(self, input_size, hidden_size):",
        "        super().__init__()",
        "        self.input_size, self.hidden_size = input_size, hidden_size",
        "        self.x, self.h = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)",
        _indented(init, 8),
        "    def forward(self, x, states=None):",
        "        h, c = states if states is not None else (x.new_zeros(len(x), self.hidden_size),) * 2",
        _indented(step, 8),
        _indented(give, 8),
        _indented(more, 4),
    ]
    return "\n".join(parts) + "\n"


def _indented(text: str, width: int) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), " " * width)
