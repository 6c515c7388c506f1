"""The layouts of torch's own recurrent layers, which are documented and need no experiment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LSTM_ORDER = ("input", "forget", "candidate", "output")  # torch.nn.LSTM: W_ii|W_if|W_ig|W_io


@dataclass(frozen=True)
class TorchCell:
    """One cell of a torch layer: parameter (within the layer) -> the role of each of its numbers."""

    input_size: int
    hidden_size: int
    roles: Mapping[str, tuple[str, ...]]


def _lstm(shapes: Mapping[str, tuple[int, ...]], end: str) -> TorchCell | None:
    weight = shapes.get(f"weight_ih{end}")
    if weight is None or len(weight) != 2 or weight[0] % 4:
        return None
    hidden, inputs = weight[0] // 4, weight[1]
    widths = {"weight_ih": ("x", inputs), "weight_hh": ("h", hidden), "bias_ih": ("b", 1), "bias_hh": ("b", 1)}
    roles = {}
    for kind, (source, width) in widths.items():
        if f"{kind}{end}" in shapes:
            roles[f"{kind}{end}"] = tuple(
                f"{gate}.{source}[{unit * width + column}]"
                for gate in LSTM_ORDER
                for unit in range(hidden)
                for column in range(width)
            )
    return TorchCell(inputs, hidden, roles)


def lstm_layers(shapes: Mapping[str, tuple[int, ...]]) -> list[TorchCell]:
    """The cells of an ``nn.LSTM``: layer by layer, forward before backward."""
    ends = [match.group(1) for name in shapes if (match := re.fullmatch(r"weight_ih(_l\d+(?:_reverse)?)", name))]
    return [cell for end in ends if (cell := _lstm(shapes, end)) is not None]


def lstm_cell(shapes: Mapping[str, tuple[int, ...]]) -> list[TorchCell]:
    """The one cell of an ``nn.LSTMCell``."""
    cell = _lstm(shapes, "")
    return [] if cell is None else [cell]


TORCH_CELLS: Mapping[str, Callable[[Mapping[str, tuple[int, ...]]], list[TorchCell]]] = {
    "LSTM": lstm_layers,
    "LSTMCell": lstm_cell,
}
