"""Wire: a flat dict of arrays and JSON values as one safetensors frame, and back.

Runs on both sides of the sandbox and imports nothing of ours. Both directions are total: whatever a
value or a frame holds, the answer is a frame, a dict, or one ``WireError`` that names the value.
Arrays travel as tensors, everything else as one JSON text in the metadata; nothing is ever unpickled.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

MOST_BYTES = 64 * 2**20  # of one frame
MOST_HEADER = 40 * 2**20
MOST_DEPTH = 32  # of lists and dicts in a JSON value
MOST_NODES = 500_000
MOST_TEXT = 16 * 2**20  # characters of all strings of one value
MOST_AXES = 16
MOST_NUMBERS = 2**31  # also for arrays without numbers: a shape of (0, 10**18) breaks what reads it later
LENGTH = struct.Struct("<Q")  # goes before each frame on a stream

SHORT = 64 * 1024  # characters of JSON that cannot hold too many nodes or too much text
_ODD = re.compile(r"[0-9]{19}|\\u")  # an integer that may be too long, a character that may be half of one
_NESTED = (list, dict)
_LISTS = (list, tuple)
_SAFE = frozenset((type(None), bool, float))  # exactly these are taken over as they are
_DTYPES = {name: np.dtype(code) for name, code in (("I64", "<i8"), ("F64", "<f8"), ("F32", "<f4"), ("BOOL", "?"))}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_PLACES = {name: place for place, name in enumerate(_DTYPES)}  # in a frame the widest come first
_METADATA = "__metadata__"
_ARRAYS = (torch.Tensor, np.ndarray)
_header = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_TORCH = (torch.float64, torch.float32, torch.int64, torch.bool)
_WIDER = {
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
    torch.int8: torch.int64,
    torch.int16: torch.int64,
    torch.int32: torch.int64,
    torch.uint8: torch.int64,
}


class WireError(Exception):
    """A value that cannot cross, or bytes that are no frame. The message names the value."""


def encode(values: Mapping[str, Any], most: int = MOST_BYTES, *, decoded: bool = False) -> bytes:
    """``values`` as one frame of at most ``most`` bytes, copied: later changes do not reach it.

    Arrays: exact ``torch.Tensor``, ``nn.Parameter`` and ``np.ndarray`` of real numbers; float64,
    float32, int64 and bool are kept, narrower types widen. Everything else must be JSON: None, bool,
    int of 64 bits, float (NaN and infinities too), str, list, tuple, dict with str keys.

    decoded: the values come from ``decode`` or were written by ourselves, and are not looked through again.
    """
    tensors: dict[str, np.ndarray] = {}
    plain: dict[str, Any] = {}
    left = most
    budget = _Budget()
    budget.take("values", len(values), 0)
    for name, value in values.items():
        if type(name) is not str:
            raise WireError(f"names must be text; got {_kind(name)}")
        if isinstance(value, _ARRAYS):
            tensors[name] = _pack(name, value, left)
            left -= tensors[name].nbytes
        else:
            plain[name] = value if decoded else _plain(name, value, budget, 0)
    text = json.dumps([list(values), plain])
    try:
        frame = _save(tensors, text)
    except Exception as error:
        raise WireError(f"cannot be written: {_text(error)}") from None
    if len(frame) > most:
        raise WireError(f"{len(frame):,} bytes in all; at most {most:,} may be returned")
    return frame


def decode(frame: bytes | bytearray, most: int = MOST_BYTES) -> dict[str, Any]:
    """The dict that ``encode`` was given, in its order, arrays as numpy arrays of their own memory.

    Any bytes give a dict or a WireError. Memory stays within a small multiple of ``len(frame)``.
    """
    if len(frame) > most:
        raise WireError(f"a frame of {len(frame):,} bytes; at most {most:,} are read")
    try:
        return _decode(bytes(frame))
    except WireError:
        raise
    except RecursionError:
        raise WireError("nested too deeply") from None
    except Exception as error:  # what such bytes make numpy and json raise
        raise WireError(f"not a frame: {_text(error)}") from None


def prefixed(frame: bytes) -> bytes:
    """``frame`` with its length in front, as it goes over a stream."""
    return LENGTH.pack(len(frame)) + frame


def length(head: bytes | bytearray, most: int = MOST_BYTES) -> int:
    """The announced length, refused before anything is allocated for it."""
    (size,) = LENGTH.unpack(head)
    if size > most:
        raise WireError(f"a frame of {size:,} bytes is announced; at most {most:,} are read")
    return int(size)


# --- arrays ---------------------------------------------------------------------------------------


def _save(tensors: Mapping[str, np.ndarray], text: str) -> bytes:
    """A safetensors file with ``text`` in its metadata, byte for byte what the library writes in twice the time."""
    if _METADATA in tensors:
        raise ValueError(f"no array can be called {_METADATA}")
    header: dict[str, Any] = {_METADATA: {"json": text}}
    parts: list[Any] = []
    end = 0
    kinds = {name: _NAMES[array.dtype] for name, array in tensors.items()}
    for name in sorted(tensors, key=lambda name: (_PLACES[kinds[name]], name)):
        array = tensors[name]
        start, end = end, end + array.nbytes
        header[name] = {"dtype": kinds[name], "shape": array.shape, "data_offsets": (start, end)}
        parts.append(array)
    head = _header(header).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([LENGTH.pack(len(head)), head, *parts])


def _pack(name: str, value: Any, most: int) -> np.ndarray:
    if type(value) is np.ndarray:
        return _pack_numpy(name, value, most)
    if type(value) in (torch.Tensor, torch.nn.Parameter):
        return _pack_torch(name, value, most)
    raise WireError(f"{name}: a plain tensor is needed; got {_kind(value)}, a class derived from it")


def _pack_torch(name: str, value: torch.Tensor, most: int) -> np.ndarray:
    if value.layout is not torch.strided or value.is_quantized:
        raise WireError(f"{name}: a dense tensor is needed; call .to_dense() first")
    if value.device.type != "cpu":
        raise WireError(f"{name}: a tensor on the CPU is needed; it is on {value.device}")
    dtype = _WIDER.get(value.dtype, value.dtype)
    if dtype not in _TORCH:
        raise WireError(f"{name}: real numbers are needed; the tensor holds {value.dtype}")
    _bounded(name, [int(size) for size in value.shape], dtype.itemsize, most)
    try:
        array: np.ndarray = (value if value.dtype is dtype else value.detach().to(dtype)).numpy(force=True)
    except Exception as error:
        raise WireError(f"{name}: the tensor cannot be read: {_text(error)}") from None
    return np.asarray(array, order="C")


def _pack_numpy(name: str, value: np.ndarray, most: int) -> np.ndarray:
    dtype = value.dtype
    if dtype not in _NAMES:
        if dtype.kind in "iu" and dtype.itemsize <= 8:
            dtype = _DTYPES["I64"]
        elif dtype.kind == "f" and dtype.itemsize <= 8:
            dtype = _DTYPES["F32" if dtype.itemsize <= 4 else "F64"]
        else:
            raise WireError(f"{name}: real numbers are needed; the array holds {value.dtype}")
    _bounded(name, [int(size) for size in value.shape], dtype.itemsize, most)
    if value.dtype.kind == "u" and value.size and int(value.max()) >= 2**63:
        raise WireError(f"{name}: an integer of more than 63 bits")
    return np.asarray(value, dtype=dtype, order="C")


def _bounded(name: str, shape: list[int], itemsize: int, most: int) -> None:
    """Refuse by the shape alone, before a copy is made: an expanded tensor is small until copied."""
    if len(shape) > MOST_AXES:
        raise WireError(f"{_short(name)}: a shape of {len(shape)} dimensions cannot cross")
    if math.prod(shape) * itemsize > most:
        shown = "x".join(map(str, shape))[:200]
        raise WireError(f"{_short(name)}: {shown} numbers are far more than the task needs ({most:,} bytes are left)")
    if math.prod([size or 1 for size in shape]) > MOST_NUMBERS:
        raise WireError(f"{_short(name)}: a shape of this size cannot cross")


def _decode(frame: bytes) -> dict[str, Any]:
    if len(frame) < LENGTH.size:
        raise WireError("not a frame: too short")
    (size,) = LENGTH.unpack_from(frame)
    if size > min(MOST_HEADER, len(frame) - LENGTH.size):
        raise WireError("not a frame: the header is longer than the frame or the limit")
    header = json.loads(frame[LENGTH.size : LENGTH.size + size].decode(), object_pairs_hook=_once)
    if not isinstance(header, dict):
        raise WireError("not a frame: the header is no object")
    order, plain = _metadata(header.pop("__metadata__", None))
    arrays = _load(frame, LENGTH.size + size, header)
    if len(order) != len(set(order)) or set(order) != arrays.keys() | plain.keys() or arrays.keys() & plain.keys():
        raise WireError("not a frame: the list of names does not match the values")
    return {_clean(name): arrays[name] if name in arrays else plain[name] for name in order}


def _load(frame: bytes, start: int, header: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays, whose bytes fill the frame from ``start`` on: none is copied before that is known."""
    found = {}
    for name, entry in header.items():
        dtype, shape, (begin, end) = _DTYPES.get(entry["dtype"]), entry["shape"], entry["data_offsets"]
        if dtype is None or not all(type(n) is int and n >= 0 for n in (*shape, begin)):
            raise WireError(f"{_short(name)}: an unknown kind of array")
        _bounded(name, shape, dtype.itemsize, len(frame))
        count = math.prod(shape)
        if end != begin + count * dtype.itemsize:
            raise WireError(f"{_short(name)}: not as many bytes as its numbers need")
        found[name] = begin, end, dtype, count, shape
    spans = sorted(entry[:2] for entry in found.values())
    ends = [0, *(end for _, end in spans)]
    if [begin for begin, _ in spans] != ends[:-1] or start + ends[-1] != len(frame):
        raise WireError("not a frame: bytes that belong to no array, or to two")
    return {
        name: _own(frame, dtype, count, start + begin).reshape(shape)
        for name, (begin, _, dtype, count, shape) in found.items()
    }


def _own(frame: bytes, dtype: np.dtype, count: int, start: int) -> np.ndarray:
    if not count:
        return np.empty(0, dtype)
    if dtype.kind == "b":  # any byte may come where a bool is announced; numpy trusts that it is 0 or 1
        return np.asarray(np.frombuffer(frame, np.uint8, count, start) != 0)
    return np.frombuffer(frame, dtype, count, start).copy()


def _metadata(metadata: Any) -> tuple[list[str], dict[str, Any]]:
    text = metadata["json"]
    order, plain = json.loads(text, object_pairs_hook=_once)
    if not isinstance(order, list) or not all(type(name) is str for name in order) or not isinstance(plain, dict):
        raise WireError("not a frame: no list of names")
    if len(text) <= SHORT and text.isascii() and not _ODD.search(text) and _shallow(plain, MOST_DEPTH):
        return order, plain
    budget = _Budget()
    budget.take("values", len(plain), 0)
    return order, {name: _plain(_short(name), value, budget, 0) for name, value in plain.items()}


def _shallow(value: Any, left: int) -> bool:
    """Whether nothing in it is nested more than ``left`` deep."""
    level = [value]
    for _ in range(left):
        inside = [item.values() if type(item) is dict else item for item in level]
        level = [item for items in inside for item in items if type(item) in _NESTED]
        if not level:
            return True
    return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise WireError("not a frame: a name comes twice")
    return result


# --- JSON values ----------------------------------------------------------------------------------


class _Budget:
    """How much of one frame's JSON is left."""

    def __init__(self) -> None:
        self.nodes = MOST_NODES
        self.text = MOST_TEXT

    def take(self, name: str, nodes: int, text: int) -> None:
        self.nodes -= nodes
        self.text -= text
        if self.nodes < 0 or self.text < 0:
            raise WireError(f"{name}: far more than the task needs")


def _plain(name: str, value: Any, budget: _Budget, depth: int) -> Any:
    """An exact copy made of JSON's own types. The base classes' methods are used, so that what a
    derived class makes of itself does not matter. A list and a dict account for what is in them."""
    if depth > MOST_DEPTH:
        raise WireError(f"{name}: nested more than {MOST_DEPTH} deep")
    kind = type(value)
    if kind in _SAFE:
        return value
    if kind is int:
        return _integer(name, value)
    if kind is str:
        budget.take(name, 0, len(value))
        return _clean(value)
    if isinstance(value, _LISTS):
        items = list(list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value))
        budget.take(name, len(items), 0)
        return [item if type(item) in _SAFE else _plain(name, item, budget, depth + 1) for item in items]
    if isinstance(value, dict):
        budget.take(name, 2 * dict.__len__(value), 0)
        pairs = [(_key(name, key, budget), item) for key, item in dict.items(value)]
        return {key: i if type(i) in _SAFE else _plain(name, i, budget, depth + 1) for key, i in pairs}
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        value = value.item()
    if isinstance(value, int):
        return _integer(name, int.__int__(value))
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, str):
        return _plain(name, str.__str__(value), budget, depth)
    raise WireError(f"{name}: {_kind(value)} cannot be returned; numbers, text, lists and dicts can")


def _integer(name: str, value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise WireError(f"{name}: an integer of more than 64 bits")
    return value


def _key(name: str, key: Any, budget: _Budget) -> str:
    if not isinstance(key, str):
        raise WireError(f"{name}: the keys of a dict must be text; one is {_kind(key)}")
    key = str.__str__(key)
    budget.take(name, 0, len(key))
    return _clean(key)


def _clean(text: str) -> str:
    """Without lone surrogates, which no file could be written with."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {_short(name)}"


def _short(text: str) -> str:
    text = _clean(text)
    return text if len(text) <= 60 else text[:59] + "…"


def _text(error: BaseException) -> str:
    try:
        return _clean(str(error))[:200]
    except Exception:
        return type(error).__name__
