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
import safetensors.numpy
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
_SIZES = {"F64": 8, "F32": 4, "I64": 8, "BOOL": 1}
_NUMPY = tuple(np.dtype(name) for name in ("float64", "float32", "int64", "bool"))
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
    for name, value in values.items():
        if type(name) is not str:
            raise WireError(f"names must be text; got {_kind(name)}")
        if isinstance(value, torch.Tensor | np.ndarray):
            tensors[name] = _pack(name, value, left)
            left -= tensors[name].nbytes
        else:
            plain[name] = value if decoded else _plain(name, value, budget, 0)
    text = json.dumps([list(values), plain])
    try:
        frame = safetensors.numpy.save(tensors, {"json": text})
    except Exception as error:
        raise WireError(f"cannot be written: {_text(error)}") from None
    if len(frame) > most:
        raise WireError(f"{len(frame):,} bytes in all; at most {most:,} may be returned")
    return bytes(frame)


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
    except Exception as error:  # the library's own error type, and what its inputs make numpy and json raise
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
        array: np.ndarray = value.detach().resolve_neg().to(dtype).contiguous().numpy()
    except Exception as error:
        raise WireError(f"{name}: the tensor cannot be read: {_text(error)}") from None
    return array


def _pack_numpy(name: str, value: np.ndarray, most: int) -> np.ndarray:
    dtype = value.dtype
    if dtype not in _NUMPY:
        if dtype.kind in "iu" and dtype.itemsize <= 8:
            dtype = np.dtype(np.int64)
        elif dtype.kind == "f" and dtype.itemsize <= 8:
            dtype = np.dtype(np.float32 if dtype.itemsize <= 4 else np.float64)
        else:
            raise WireError(f"{name}: real numbers are needed; the array holds {value.dtype}")
    _bounded(name, [int(size) for size in value.shape], dtype.itemsize, most)
    if value.dtype.kind == "u" and value.size and int(value.max()) >= 2**63:
        raise WireError(f"{name}: an integer of more than 63 bits")
    return np.asarray(value, dtype=dtype, order="C")


def _bounded(name: str, shape: list[int], itemsize: int, most: int) -> None:
    """Refuse by the shape alone, before a copy is made: an expanded tensor is small until copied."""
    if math.prod(shape) * itemsize > most:
        shown = "x".join(map(str, shape))
        raise WireError(f"{name}: {shown} numbers are far more than the task needs ({most:,} bytes are left)")
    if len(shape) > MOST_AXES or math.prod(max(size, 1) for size in shape) > MOST_NUMBERS:
        raise WireError(f"{name}: a shape of {len(shape)} dimensions and this size cannot cross")


def _decode(frame: bytes) -> dict[str, Any]:
    if len(frame) < LENGTH.size:
        raise WireError("not a frame: too short")
    (size,) = LENGTH.unpack_from(frame)
    if size > min(MOST_HEADER, len(frame) - LENGTH.size):
        raise WireError("not a frame: the header is longer than the frame or the limit")
    header = json.loads(frame[LENGTH.size : LENGTH.size + size], object_pairs_hook=_once)
    if not isinstance(header, dict):
        raise WireError("not a frame: the header is no object")
    order, plain = _metadata(header.pop("__metadata__", None))
    for name, entry in header.items():
        if entry["dtype"] not in _SIZES or not all(type(n) is int and n >= 0 for n in entry["shape"]):
            raise WireError(f"{_short(name)}: an unknown kind of array")
        _bounded(_short(name), entry["shape"], _SIZES[entry["dtype"]], len(frame))
    arrays = {name: _own(array) for name, array in safetensors.numpy.load(frame).items()}
    if len(order) != len(set(order)) or set(order) != arrays.keys() | plain.keys() or arrays.keys() & plain.keys():
        raise WireError("not a frame: the list of names does not match the values")
    return {_clean(name): arrays[name] if name in arrays else plain[name] for name in order}


def _own(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.bool_:  # any byte may come where a bool is announced; numpy trusts that it is 0 or 1
        return np.asarray(array.view(np.uint8) != 0)
    return array.copy()


def _metadata(metadata: Any) -> tuple[list[str], dict[str, Any]]:
    text = metadata["json"]
    order, plain = json.loads(text, object_pairs_hook=_once)
    if not isinstance(order, list) or not all(type(name) is str for name in order) or not isinstance(plain, dict):
        raise WireError("not a frame: no list of names")
    if len(text) <= SHORT and text.isascii() and not _ODD.search(text) and _shallow(plain, MOST_DEPTH):
        return order, plain
    budget = _Budget()
    return order, {name: _plain(_short(name), value, budget, 0) for name, value in plain.items()}


def _shallow(value: Any, left: int) -> bool:
    """Whether nothing in it is nested more than ``left`` deep."""
    if type(value) is list:
        return left > 0 and all(_shallow(item, left - 1) for item in value if type(item) in _NESTED)
    if type(value) is dict:
        return left > 0 and all(_shallow(item, left - 1) for item in value.values() if type(item) in _NESTED)
    return True


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

    def take(self, name: str, text: int) -> None:
        self.nodes -= 1
        self.text -= text
        if self.nodes < 0 or self.text < 0:
            raise WireError(f"{name}: far more than the task needs")


def _plain(name: str, value: Any, budget: _Budget, depth: int) -> Any:
    """An exact copy made of JSON's own types. The base classes' methods are used, so that what a
    derived class makes of itself does not matter."""
    if depth > MOST_DEPTH:
        raise WireError(f"{name}: nested more than {MOST_DEPTH} deep")
    kind = type(value)
    budget.take(name, len(value) if kind is str else 0)
    if value is None or kind is bool or kind is float:
        return value
    if kind is int:
        return _integer(name, value)
    if kind is str:
        return _clean(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        value = value.item()
    if isinstance(value, int):
        return _integer(name, int.__int__(value))
    if isinstance(value, float | np.floating):
        return float.__float__(value) if isinstance(value, float) else float(value)
    if isinstance(value, str):
        return _clean(str.__str__(value))
    if isinstance(value, list | tuple):
        items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
        return [_plain(name, item, budget, depth + 1) for item in items]
    if isinstance(value, dict):
        return {_key(name, key, budget): _plain(name, item, budget, depth + 1) for key, item in dict.items(value)}
    raise WireError(f"{name}: {_kind(value)} cannot be returned; numbers, text, lists and dicts can")


def _integer(name: str, value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise WireError(f"{name}: an integer of more than 64 bits")
    return value


def _key(name: str, key: Any, budget: _Budget) -> str:
    if not isinstance(key, str):
        raise WireError(f"{name}: the keys of a dict must be text; one is {_kind(key)}")
    key = str.__str__(key)
    budget.take(name, len(key))
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
