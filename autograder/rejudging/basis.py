"""What an exercise's findings follow from, beside the replies: a digest for each exercise.

Points, claims, hints, titles and visibilities are not in it: they are laid over findings, so a change of these
needs no judging at all. Where something cannot be told apart with certainty the digest is one that nothing
equals, and the exercise is judged again.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
import secrets
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.assignment import Assignment
from autograder.exercise import Check, Exercise

ENGINE = Path(__file__).resolve().parents[1]
DECLARED = ("claim", "points", "hint", "visibility", "where", "judge")  # of a check: laid over its finding
_CAUGHT = re.compile(rb"^[^\S\n]*Caught by:[^\S\n]*(\w*)", re.MULTILINE)
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(Ellipsis))


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """Digests of one exercise: of what judges it, and of what names the mistake behind a failure."""

    judged: str
    named: Mapping[str, str]  # by the first check that is not passed: the mistakes that it catches

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Basis:
        """As it was stored; of a version that did not tell the checks apart nothing is known of the names."""
        named = plain["named"]
        return cls(str(plain["judged"]), dict(named) if isinstance(named, Mapping) else {})


def bases(assignment: Assignment) -> dict[str, Basis]:
    """The basis of each exercise of an assignment."""
    shared = [_engine("grading"), _data(assignment), _files(assignment.hidden, "source")]
    mistakes = _mistakes(assignment.hidden)
    common = _hash(_engine("pipeline"), *sorted(mistakes.get(("", ""), ())))
    found = {}
    for exercise in assignment.exercises:
        everywhere = mistakes.get((exercise.id, ""), [])
        named = {
            check.id: _hash(common, *sorted([*everywhere, *mistakes.get((exercise.id, check.id), ())]))
            for check in exercise.checks
        }
        found[exercise.id] = Basis(_exercise(assignment, exercise, shared), named)
    return found


def _mistakes(hidden: Path | None) -> dict[tuple[str, str], list[str]]:
    """Digests of the known mistakes by exercise and the check that catches them; "" where that cannot be told."""
    root = hidden / "mistakes" if hidden else None
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(root.rglob("*")) if root is not None else []:
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        content = path.read_bytes()
        place = path.relative_to(root).parts if root is not None else ()
        exercise = place[0] if len(place) == 2 and path.suffix == ".py" else ""
        caught = set(_CAUGHT.findall(content)) if exercise else set()
        check = caught.pop().decode() if len(caught) == 1 else ""
        digest = f"{path.name}:{hashlib.sha256(content).hexdigest()}"
        found.setdefault((exercise, check), []).append(digest)
    return found


def _exercise(assignment: Assignment, exercise: Exercise, shared: Iterable[str]) -> str:
    plain = {
        name: value for name, value in vars(exercise).items() if name not in ("title", "points", "rubric", "checks")
    }
    parts: list[Any] = [*shared, plain, [_check(check) for check in exercise.checks]]
    if exercise.written:
        parts.append(assignment.own_words(exercise, ""))  # what was handed out is taken out of an answer
        parts.append(_files(assignment.grading.parent, f"{exercise.stub}.md"))
    if exercise.align is not None:
        parts += [dict(assignment.subjects), dict(assignment.families)]
    try:
        return _Walk().digest(parts)
    except (_Unknown, RecursionError):
        return secrets.token_hex(16)


def _check(check: Check) -> list[Any]:
    fields = [getattr(check, f.name) for f in dataclasses.fields(check) if f.name not in DECLARED]
    return [*fields, check.points > 0, check.judge]


class _Unknown(Exception):  # noqa: N818  # a condition, not a fault
    """A value of which nobody can say what it does."""


class _Walk:
    """A digest over values and over the code of functions with everything that they name."""

    def __init__(self) -> None:
        self._seen: dict[int, str] = {}
        self._kept: list[Any] = []  # an id is that of this very object as long as it lives

    def digest(self, value: Any) -> str:
        """Equal digests for values that do the same."""
        if isinstance(value, _PLAIN):
            return _hash(type(value).__name__, repr(value))
        if id(value) not in self._seen:
            self._seen[id(value)] = "again"  # where it names itself
            self._kept.append(value)
            self._seen[id(value)] = _hash(type(value).__name__, *self._parts(value))
        return self._seen[id(value)]

    def _parts(self, value: Any) -> list[str]:
        if isinstance(value, tuple | list):
            return [self.digest(item) for item in value]
        if isinstance(value, set | frozenset):
            return sorted(self.digest(item) for item in value)
        if isinstance(value, Mapping):
            return [part for key, item in value.items() for part in (self.digest(key), self.digest(item))]
        if isinstance(value, np.ndarray | np.generic):
            array = np.ascontiguousarray(value)
            return [array.dtype.str, str(array.shape), hashlib.sha256(array.tobytes()).hexdigest()]
        if isinstance(value, torch.Tensor):
            return self._parts(value.detach().numpy())
        if isinstance(value, torch.dtype | range | slice | Path):
            return [value.name if isinstance(value, Path) else repr(value)]
        if isinstance(value, types.CodeType):
            return self._code(value, documented=False)
        if isinstance(value, types.ModuleType):
            return self._module(value) if _of_course(value.__name__) else [value.__name__]
        if isinstance(value, functools.partial):
            return [self.digest(part) for part in (value.func, value.args, value.keywords)]
        return self._made(value)

    def _made(self, value: Any) -> list[str]:
        """Functions, classes and objects: ours by what they are made of, others by name (versions are elsewhere)."""
        value = getattr(value, "__wrapped__", value)
        home = getattr(value, "__module__", None) or type(value).__module__
        name = getattr(value, "__qualname__", type(value).__qualname__)
        if isinstance(value, types.FunctionType):
            return [name, *(self._function(value) if _of_course(home) else [home])]
        if isinstance(value, types.MethodType):
            return [self.digest(value.__self__), self.digest(value.__func__)]
        if isinstance(value, type):
            return [name, *(self._class(value) if _of_course(home) else [home])]
        if isinstance(value, types.BuiltinFunctionType | types.MethodDescriptorType | np.ufunc):
            return [str(home), name]
        if isinstance(value, Exercise):
            return [value.id]
        if isinstance(value, property | staticmethod | classmethod):
            inner = [getattr(value, part, None) for part in ("fget", "fset", "__func__")]
            return [self.digest(part) for part in inner]
        if dataclasses.is_dataclass(value):
            fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
            return [self.digest(type(value)), *(self.digest(field) for field in fields)]
        if hasattr(value, "__dict__"):
            return [self.digest(type(value)), self.digest(dict(vars(value)))]
        if str(home).partition(".")[0] in ("torch", "numpy", "typing", "re", "enum", "builtins"):
            return [repr(value)]
        raise _Unknown(f"{home}.{name}")

    def _function(self, function: types.FunctionType) -> list[str]:
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        parts = [function.__defaults__, function.__kwdefaults__, cells, self._globals(function)]
        return [*self._code(function.__code__, documented=function.__doc__ is not None), *map(self.digest, parts)]

    @staticmethod
    def _globals(function: types.FunctionType) -> dict[str, Any]:
        names: set[str] = set()
        waiting = [function.__code__]
        while waiting:
            code = waiting.pop()
            names |= set(code.co_names)
            waiting += [const for const in code.co_consts if isinstance(const, types.CodeType)]
        own = {name for name in names if not name.startswith("__")}  # where a course lies is no part of it
        return {name: function.__globals__[name] for name in sorted(own) if name in function.__globals__}

    def _code(self, code: types.CodeType, *, documented: bool) -> list[str]:
        consts = list(code.co_consts[1:] if documented else code.co_consts)
        named = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount, code.co_flags)
        return [hashlib.sha256(code.co_code).hexdigest(), self.digest(consts), self.digest(named)]

    def _class(self, kind: type) -> list[str]:
        skipped = ("__doc__", "__module__", "__dict__", "__weakref__", "__annotations__", "__slots__", "__match_args__")
        own = {name: item for name, item in vars(kind).items() if not name.startswith("__dataclass_")}
        held = {name: item for name, item in own.items() if name not in skipped and not _made_by_python(item)}
        return [self.digest(kind.__bases__), self.digest(held)]

    def _module(self, module: types.ModuleType) -> list[str]:
        held = {k: v for k, v in vars(module).items() if not k.startswith("__") and k != "EXERCISES"}
        return [self.digest(held)]


def _of_course(module: Any) -> bool:
    """Whether code lies in a course, which is loaded under names of its own."""
    return str(module).startswith(("course_", "_probes_"))


def _made_by_python(value: Any) -> bool:
    """Parts of a dataclass or an enum that follow from the rest of the class."""
    code = getattr(value, "__code__", None)
    return (code is not None and code.co_filename == "<string>") or isinstance(
        value, types.MemberDescriptorType | types.GetSetDescriptorType | types.WrapperDescriptorType
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(autograder[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n(]+))"
    r"|import[ \t]+(autograder[\w.]*))",
    re.MULTILINE,
)


@functools.cache
def _engine(start: str) -> str:
    """The code of a module of ours and of all that it imports, without docstrings."""
    found: set[Path] = set()
    waiting = [ENGINE / f"{start}.py"]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for name in imported(path.read_text(encoding="utf-8")):
            inside = ENGINE.joinpath(*name.split(".")[1:])
            waiting += [inside.with_suffix(".py"), inside / "__init__.py"]
    return _hash(*(part for path in sorted(found) for part in (path.name, _hash(path.read_text(encoding="utf-8")))))


def imported(source: str) -> Iterable[str]:
    """Modules of ours, and names in them, that a module of ours imports: each run looks at a hundred of them."""
    for module, several, one, plain in _IMPORT.findall(source):
        yield module or plain
        names = re.sub(r"#.*", "", several or one).split(",")
        yield from (f"{module}.{name.split()[0]}" for name in names if name.strip())


def _data(assignment: Assignment) -> str:
    """Files that checks may read when they are called: everything of the course that is no Python."""
    skipped = {"__pycache__", "mistakes", "variants", "source"}

    def kept(path: Path) -> bool:
        return path.suffix != ".py" and not skipped & set(path.parts)

    return _hash(_tree(assignment.grading, kept), _tree(assignment.hidden, kept))


def _files(root: Path | None, part: str) -> str:
    return _tree(root / part if root else None, lambda path: "__pycache__" not in path.parts)


def _tree(root: Path | None, kept: Callable[[Path], bool]) -> str:
    if root is None or not root.exists():
        return "nothing"
    files = sorted(p for p in root.rglob("*") if p.is_file() and kept(p.relative_to(root))) if root.is_dir() else [root]
    return _hash(*(f"{path.relative_to(root)}:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files))
