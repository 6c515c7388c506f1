"""Compiler: ``torch._dynamo``, which any optimizer imports and few programs use, loaded when something needs it.

It takes a second. An optimizer asks it for two things that mean nothing where nothing is compiled: ``graph_break()``,
and ``disable`` of its own functions. A stand-in answers these. Asked for anything else it becomes the module itself,
the same object, loaded as ever. Runs beside student code, and in the grader for the reference.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any

import torch

NAME = "torch._dynamo"
_KEPT = "__dynamo_disable"  # where torch keeps what `disable` gave for a function
_lock = threading.RLock()
_plain: weakref.WeakSet[Callable[..., Any]] = weakref.WeakSet()  # functions that were given back as they are


def stand_in() -> None:
    """Have a stand-in loaded in place of ``torch._dynamo``, if nothing is loaded yet."""
    if NAME in sys.modules or (spec := importlib.util.find_spec(NAME)) is None:
        return
    module = StandIn(NAME)
    vars(module).update(__spec__=spec, __loader__=spec.loader, __package__=NAME, __file__=spec.origin)
    sys.meta_path.insert(0, Finder(module))
    sys.modules[NAME] = module
    vars(torch)["_dynamo"] = module


class Loading(ModuleType):
    """The module while it is loaded. Other threads that ask it for what it does not have yet wait."""

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" or not name.startswith("__"):  # an import from it, or of a part, reads its path
            _load(self)  # returns at once in the thread that loads it
        return ModuleType.__getattribute__(self, name)


class StandIn(Loading):
    """The module before it is loaded. What an ``import`` and a walk over all modules look at does not load it."""

    def graph_break(self, msg: str = "") -> None:
        """Nothing: there is no graph."""

    def disable(self, fn: Any = None, recursive: bool = True, **options: Any) -> Any:
        """The function itself, where torch asks for one of its own: it is not compiled, as nothing is."""
        with _lock:
            if type(self) is StandIn and type(fn) is FunctionType and options == {"wrapping": False}:
                _plain.add(fn)
                return fn
        _load(self)
        return self.disable(fn, recursive, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        _load(self)
        setattr(self, name, value)

    def __delattr__(self, name: str) -> None:
        _load(self)
        delattr(self, name)

    def __dir__(self) -> Iterable[str]:
        _load(self)
        return dir(self)


def _load(module: ModuleType) -> None:
    """Make ``module``, which stood in, the real one. Raises what its import raises."""
    with _lock:
        if type(module) is StandIn:
            object.__setattr__(module, "__class__", Loading)
            if sys.modules.get(NAME) is module:
                del sys.modules[NAME]
            if vars(torch).get("_dynamo") is module:
                del vars(torch)["_dynamo"]
            for function in [*_plain]:  # torch asks again for these
                vars(function).pop(_KEPT, None)
            _plain.clear()
    importlib.import_module(NAME)


class Finder:
    """Has the import of ``torch._dynamo`` load it into what stood in for it."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Where the module, or a part that came with it, is loaded from; None for all else."""
        if target is not None:
            return None
        if name == NAME and type(self._module) is not ModuleType:
            spec = PathFinder.find_spec(name, path)
            if spec is not None and spec.origin is not None:
                spec.loader = _Into(self._module, name, spec.origin)
            return spec
        if name.startswith(f"{NAME}.") and (part := sys.modules.get(name)) is not None:
            return ModuleSpec(name, _Again(part))
        return None


class _Into(SourceFileLoader):
    """Loads into a module that is there."""

    def __init__(self, module: ModuleType, name: str, path: str) -> None:
        super().__init__(name, path)
        self._module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        vars(self._module)["__path__"] = spec.submodule_search_locations
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        module.__class__ = ModuleType


class _Again(Loader):
    """Gives a part that was loaded while the import of it asked for the whole's path: it is not loaded twice."""

    def __init__(self, part: ModuleType) -> None:
        self._part, self._spec = part, part.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._part

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__spec__"] = self._spec
