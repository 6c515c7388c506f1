"""Namespace: the names of a whole submission as attributes, whichever file they are in.

Runs beside student code; imports ``subject`` only.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from autograder.subject import MissingName


class NotDefined(MissingName, AttributeError):  # noqa: N818  # a fact about the submission
    """MissingName that ``getattr(code, name, default)`` and ``hasattr`` understand."""


class Namespace:
    """``code.LSTMCell`` is the student's definition of that name.

    Of several: one that is implemented before one that still raises NotImplementedError, then the one
    in the file named like the handout's stub, then a definition before an import, then the later file.
    A name that nobody defined raises MissingName with the name as its message; to import torch's class of
    that name defines nothing.
    """

    def __init__(self, find: Callable[[str], Any], texts: Mapping[str, str]) -> None:
        self._find = find
        self._texts = texts

    def __getattr__(self, name: str) -> Any:
        return self._find(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and hasattr(self, name)


def sources(code: Namespace) -> dict[str, str]:
    """The submission's source by the name of its file or cell, for probes that read it."""
    return dict(code._texts)


def choose(name: str, modules: Sequence[tuple[types.ModuleType, Sequence[str]]], stub: str = "") -> Any:
    """The definition of ``name`` among ``modules`` (each with the names that it defines).

    ``stub`` is the module in which the handout asks for it. Raises NotDefined.
    """
    best: tuple[tuple[bool, bool, bool, int], Any] | None = None
    for number, (module, defines) in enumerate(modules):
        if name not in vars(module):
            continue
        value = vars(module)[name]
        if of_torch(value) and name not in defines:
            continue
        own = name in defines or getattr(value, "__module__", module.__name__) == module.__name__
        rank = (implemented(value), module.__name__ == stub and own, own, number)
        if best is None or rank > best[0]:
            best = rank, value
    if best is None:
        raise NotDefined(name)
    return best[1]


def of_torch(value: Any) -> bool:
    """A class of torch's, which a file has imported by the name of a stub: no piece of the submission's."""
    return isinstance(value, type) and str(getattr(value, "__module__", "")).startswith("torch.")


def implemented(value: Any) -> bool:
    """False where some function of it mentions NotImplementedError, as an untouched stub does."""
    return not any("NotImplementedError" in code.co_names for code in _codes(value))


def _codes(value: Any) -> Iterator[types.CodeType]:
    members = list(vars(value).values()) if isinstance(value, type) else [value]
    for member in members:
        function = getattr(member, "__func__", member)  # of static and class methods
        if isinstance(function, types.FunctionType):
            yield function.__code__
