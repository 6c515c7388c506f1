"""Loader: received files as modules, each unit run once, and imports between them served.

Runs beside student code (and in the grader for the reference). Files and units are plain dicts with
the fields of ``model.SourceFile`` and ``model.Unit``.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import linecache
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from autograder.sandbox import blame
from autograder.sandbox.namespace import Namespace, NotDefined, choose, of_torch

# A received file of such a name is loaded, but `import NAME` keeps meaning the library.
THIRD_PARTY = ("torch", "numpy", "pandas", "matplotlib", "seaborn", "sklearn", "scipy", "safetensors", "PIL", "tqdm")
RESERVED = frozenset(sys.stdlib_module_names) | {*THIRD_PARTY, "autograder", "probes", "__main__"}

WHOLE = -1  # the "unit" that progress names while a file runs as one
_NEW, _RUNNING, _DONE = range(3)


class StudentModule(types.ModuleType):
    """A module that asks the whole submission for a name it lacks, if it is named like a stub."""

    def __init__(self, name: str, elsewhere: Callable[[str], Any] | None) -> None:
        super().__init__(name)
        object.__setattr__(self, "_elsewhere_", elsewhere)

    def __getattr__(self, name: str) -> Any:
        elsewhere = vars(self).get("_elsewhere_")
        if elsewhere is None or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return elsewhere(name)


class Loader:
    """Runs a submission's files.

    files: in the order in which they are run; an import between them runs the imported one first.
    stubs: module name of each stub -> the names that the handout asks for in it.
    stand_ins: name -> object that takes its place in every module and in ``code``.
    skip: number of a file -> ``{"whole": bool, "units": [numbers]}``: what hung or died before.
    progress: told the number of the file and of the unit (WHOLE for all) before it runs.
    bound: a context in which each unit runs, given the name of its file or cell.
    """

    def __init__(
        self,
        files: Sequence[Mapping[str, Any]],
        *,
        stubs: Mapping[str, Sequence[str]] | None = None,
        stand_ins: Mapping[str, Any] | None = None,
        skip: Mapping[int, Mapping[str, Any]] | None = None,
        progress: Callable[[int, int], None] | None = None,
        bound: Callable[[str], contextlib.AbstractContextManager[None]] | None = None,
        taken: Callable[[str], bool] = lambda name: False,
    ) -> None:
        self.files = files
        self.stubs = stubs or {}
        self.stand_ins = stand_ins or {}
        self.skip = skip or {}
        self.progress = progress or (lambda file, unit: None)
        self.bound = bound or (lambda name: contextlib.nullcontext())
        self.failures: list[dict[str, Any]] = []
        self._stub_of = {name: stub for stub, names in self.stubs.items() for name in names}
        self._state = [_NEW] * len(files)
        self.modules = [self._module(file) for file in files]
        free = {name: number for number, name in reversed([*enumerate(file["module"] for file in files)])}
        self._served = {n: number for n, number in free.items() if not _reserved(n) and not taken(n)}
        inits = [file["module"] for file in files if _begins_a_package(file)]
        self._packages = {name for name in (*_parents(self._served), *inits) if name in self._served}
        for name in self._packages:
            self.modules[self._served[name]].__path__ = []
        self._virtual = {
            name: StudentModule(name, self.find)
            for name in (*self.stubs, *_parents(self._served))
            if name not in self._served and not _reserved(name) and not taken(name)
        }
        for name, module in self._virtual.items():
            module.__path__ = []  # so that `import folder.file` looks further
            module.__doc__ = f"What the submission defines of the handout's {name}.py."
        self.texts = _texts(files)
        self.names = frozenset(self.texts)
        self.code = Namespace(self.find, self.texts)

    def load(self) -> dict[str, Any]:
        """Run every file. ``defined``: names that a probe may ask for; ``failures``: what did not run."""
        self._register_lines()
        for number in range(len(self.files)):
            self._run(number)
        for module in self.modules:
            own = {name for name in self.stand_ins if not of_torch(vars(module).get(name))}
            vars(module).update({name: self.stand_ins[name] for name in own})
        return {"defined": self._defined(), "failures": self.failures[:100]}

    def find(self, name: str) -> Any:
        """The definition of ``name``, or MissingName; a file that defines it is run first if need be."""
        if name in self.stand_ins:
            return self.stand_ins[name]
        if name.startswith("__"):
            raise NotDefined(name)
        for number, file in enumerate(self.files):
            if self._state[number] == _NEW and name in file["defines"]:
                self._run(number)
        pairs = [(m, file["defines"]) for m, file in zip(self.modules, self.files, strict=True)]
        return choose(name, pairs, self._stub_of.get(name, ""))

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Imports of the submission's modules work inside, and leave no trace behind."""
        names = [*self._served, *self._virtual]
        before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        for name, number in self._served.items():
            if self._state[number] != _NEW:
                sys.modules[name] = self.modules[number]
        sys.meta_path.insert(0, self)
        try:
            yield
        finally:
            sys.meta_path.remove(self)
            for name in names:
                sys.modules.pop(name, None)
            sys.modules.update(before)

    # --- the import system's side

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """A spec for the modules that are served, None for all others."""
        if name in self._served or name in self._virtual:
            package = name in self._virtual or name in self._packages
            return importlib.machinery.ModuleSpec(name, self, is_package=package)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The module that exists already."""
        return self.modules[self._served[spec.name]] if spec.name in self._served else self._virtual[spec.name]

    def exec_module(self, module: types.ModuleType) -> None:
        """Run it, unless that was done or is going on. A failure is recorded once and not raised again."""
        if module.__name__ in self._served:
            self._run(self._served[module.__name__])

    # --- running

    def _module(self, file: Mapping[str, Any]) -> StudentModule:
        stub = file["module"] in self.stubs
        module = StudentModule(file["module"], self.find if stub else None)
        vars(module).update(self.stand_ins)
        module.__file__ = file["name"]
        module.__package__ = file["module"] if _begins_a_package(file) else file["module"].rpartition(".")[0]
        return module

    def _run(self, number: int) -> None:
        if self._state[number] != _NEW:
            return
        self._state[number] = _RUNNING
        file, module = self.files[number], self.modules[number]
        if self._served.get(file["module"]) == number:
            sys.modules[file["module"]] = module
        skip = self.skip.get(number, {})
        kept = dict(vars(module))
        try:
            if file["tolerant"]:
                self._each(number, file["units"], module, skip)
            elif skip.get("whole") or not self._whole(number, file, module):
                vars(module).clear()
                vars(module).update(kept)
                self._each(number, file["fallback"], module, skip)
        finally:
            self._state[number] = _DONE

    def _whole(self, number: int, file: Mapping[str, Any], module: types.ModuleType) -> bool:
        self.progress(number, WHOLE)
        return all(self._unit(unit, module, recovered=bool(file["fallback"])) for unit in file["units"])

    def _each(self, number: int, units: Sequence[Mapping[str, Any]], module: types.ModuleType, skip: Any) -> None:
        for place, unit in enumerate(units):
            if place not in skip.get("units", ()):
                self.progress(number, place)
                self._unit(unit, module)

    def _unit(self, unit: Mapping[str, Any], module: types.ModuleType, recovered: bool = False) -> bool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                padded = "\n" * (unit["line"] - 1) + unit["source"]
                code = compile(padded, unit["name"], "exec", dont_inherit=True)
            with self.bound(unit["name"]):
                exec(code, vars(module))
        except BaseException as error:  # SystemExit too: a file that ends itself has still defined what it has
            self._note(failure(error, unit, self.names) | {"recovered": recovered})
            return False
        return True

    def _note(self, entry: dict[str, Any]) -> None:
        """Once: what stops a whole file often stops one of its pieces again."""
        place = ("file", "line", "exception")
        if not any(all(entry[key] == other[key] for key in place) for other in self.failures):
            self.failures.append(entry)

    def _register_lines(self) -> None:
        """For tracebacks and for inspect.getsource, which ask linecache."""
        for name, text in self.texts.items():
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        for file in self.files:
            if file["name"] not in self.texts:
                text = "\n".join(unit["source"] for unit in file["units"]) + "\n"
                linecache.cache[file["name"]] = (len(text), None, text.splitlines(keepends=True), file["name"])

    def _defined(self) -> list[str]:
        names: dict[str, None] = {}
        for module, file in zip(self.modules, self.files, strict=True):
            for name, value in list(vars(module).items()):
                own = isinstance(value, type | types.FunctionType) and value.__module__ == module.__name__
                if name in file["defines"] or (own and not name.startswith("__")):
                    names[name] = None
        return [name for name in names if isinstance(name, str) and name not in self.stand_ins]


def failure(error: BaseException, unit: Mapping[str, Any], files: frozenset[str]) -> dict[str, Any]:
    """What stopped a unit: ``file, line, exception, message, code``, and ``missing``: a module not found."""
    crash = blame.crash(error, files)
    last = crash["frames"][-1] if crash["frames"] else {"file": unit["name"], "line": unit["line"], "code": ""}
    entry = {"file": last["file"], "line": last["line"], "code": last["code"], "message": crash["message"]}
    if isinstance(error, SyntaxError) and error.filename in files:
        entry = {"file": error.filename, "line": error.lineno or 1, "code": (error.text or "").strip()[:300]}
        entry["message"] = str(error.msg)[: blame.MOST_MESSAGE]
    missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    return entry | {"exception": crash["exception"], "kind": crash["kind"], "missing": str(missing)[:100]}


def _begins_a_package(file: Mapping[str, Any]) -> bool:
    return str(file["name"]).rpartition("/")[2] == "__init__.py"


def _reserved(name: str) -> bool:
    return name.partition(".")[0] in RESERVED


def _parents(names: Mapping[str, int]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        parts = name.split(".")
        for end in range(1, len(parts)):
            found[".".join(parts[:end])] = None
    return list(found)


def _texts(files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The text behind each name that a traceback may show, every unit at its own line."""
    lines: dict[str, list[str]] = {}
    for file in files:
        for unit in (*file["fallback"], *file["units"]):
            text = lines.setdefault(unit["name"], [])
            new = unit["source"].split("\n")
            start = unit["line"] - 1
            text.extend([""] * (start + len(new) - len(text)))
            text[start : start + len(new)] = new
    return {name: "\n".join(text) + "\n" for name, text in lines.items()}
