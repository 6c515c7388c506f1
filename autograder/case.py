"""Case: the sizes, the seed and the given data of one run of a probe.

Imported on both sides of the sandbox, so it imports nothing of ours and holds no answers.
"""

from __future__ import annotations

import dataclasses
import itertools
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch


@dataclass(frozen=True)
class Case:
    """One run of a probe.

    ``sizes`` are read as attributes too: ``case.batch``. Draws are named, not ordered: the numbers
    behind ``case.normal("h", 3, 4)`` depend on the seed and the name only, so adding an input to a
    probe changes no other number.
    """

    id: str = "case"
    seed: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)  # JSON values
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    public: bool = False
    dtype: str = "float64"

    def __getattr__(self, name: str) -> int:
        sizes = self.__dict__.get("sizes", {})
        if name in sizes:
            return int(sizes[name])
        raise AttributeError(f"case {self.__dict__.get('id', '?')} has no size {name!r}; it has {sorted(sizes)}")

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for each name (PCG64, seeded by the case's seed and the name)."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), len(name)])

    def normal(self, name: str, *shape: int, scale: float = 1.0) -> torch.Tensor:
        """Standard normal numbers of the case's dtype, shape ``shape``, times ``scale``."""
        return torch.from_numpy(self.generator(name).standard_normal(shape) * scale).to(self.torch_dtype)

    def uniform(self, name: str, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """Uniform numbers from [low, high), of the case's dtype."""
        return torch.from_numpy(self.generator(name).uniform(low, high, shape)).to(self.torch_dtype)

    def integers(self, name: str, *shape: int, low: int = 0, high: int) -> torch.Tensor:
        """Whole numbers low <= n < high, int64."""
        return torch.from_numpy(self.generator(name).integers(low, high, shape))

    @property
    def torch_dtype(self) -> torch.dtype:
        """The dtype that probes compute in."""
        return torch.float32 if self.dtype == "float32" else torch.float64

    def tensor(self, name: str) -> torch.Tensor:
        """The given array ``name`` as a fresh tensor."""
        return torch.tensor(self.arrays[name])

    def replace(self, **changes: Any) -> Case:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def describe(self) -> str:
        """The sizes as a reader wants them: ``batch=3, hidden_size=4``."""
        return ", ".join(f"{name}={size}" for name, size in self.sizes.items())


def seed_torch(seed: int) -> None:
    """Torch's random numbers from ``seed`` on: ``torch.manual_seed`` for what is in use.

    That one also queues a seed for each kind of device that is not, with a traceback of whoever asked.
    """
    cuda_in_use: Callable[[], bool] = torch.cuda.is_initialized
    if cuda_in_use() or torch.backends.mps.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


def grid(**sizes: int | tuple[int, ...]) -> tuple[Case, ...]:
    """Cases for every combination of sizes, the most telling (the first of each) first.

    >>> [case.describe() for case in grid(batch=(3, 1), hidden_size=4)]
    ['batch=3, hidden_size=4', 'batch=1, hidden_size=4']
    """
    axes = [
        [(name, size) for size in (value if isinstance(value, tuple) else (value,))] for name, value in sizes.items()
    ]
    return tuple(
        Case(id="-".join(f"{name}{size}" for name, size in combination), sizes=dict(combination))
        for combination in itertools.product(*axes)
    )
