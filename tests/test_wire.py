"""The wire: what goes in comes out, and no bytes and no value break it."""

from __future__ import annotations

import json
import math
import struct
from collections import Counter, OrderedDict
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import wire
from autograder.sandbox.wire import WireError, decode, encode

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)
arrays = st.sampled_from(["float64", "float32", "int64", "bool"]).flatmap(
    lambda dtype: st.lists(st.integers(0, 4), max_size=3).map(
        lambda shape: np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    )
)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    return json.dumps(left) == json.dumps(right)


@given(st.dictionaries(st.text(max_size=8).filter(lambda name: name.isascii()), documents | arrays, max_size=6))
def test_what_goes_in_comes_out_in_the_same_order(values: dict[str, Any]) -> None:
    values = json_safe(values)
    back = decode(encode(values))
    assert list(back) == list(values)
    assert all(same(back[name], values[name]) for name in values)


def json_safe(value: Any) -> Any:
    """Lone surrogates become question marks on the way; text that has none is unchanged."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [json_safe(item) for item in value]
    if isinstance(value, dict):
        return {json_safe(key): json_safe(item) for key, item in value.items()}
    return value


def answers(frame: bytes) -> bool:
    """A dict or a WireError with words came; any other exception fails the test that asks."""
    try:
        return isinstance(decode(frame), dict)
    except WireError as error:
        return bool(str(error))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_dict_or_a_wire_error(frame: bytes) -> None:
    assert answers(frame)


@given(st.data())
def test_a_damaged_frame_gives_a_dict_or_a_wire_error(data: st.DataObject) -> None:
    frame = bytearray(encode({"h": torch.ones(2, 3), "flags": np.array([True]), "note": {"a": [1, 2.5, None]}}))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(frame)))
    for damaged in (frame, frame[:cut], frame + b"x"):
        assert answers(bytes(damaged))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.int64, torch.bool])
def test_the_four_dtypes_are_kept_bit_for_bit(dtype: torch.dtype) -> None:
    tensor = torch.tensor([0.0, 1.0, -1.5, 1e-30]).to(dtype)
    back = decode(encode({"x": tensor}))["x"]
    assert back.dtype == tensor.numpy().dtype
    assert back.tobytes() == tensor.numpy().tobytes()


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [(torch.float16, "float32"), (torch.bfloat16, "float32"), (torch.int32, "int64"), (torch.uint8, "int64")],
)
def test_narrower_dtypes_widen(narrow: torch.dtype, wide: str) -> None:
    back = decode(encode({"x": torch.tensor([1, 2, 3]).to(narrow)}))["x"]
    assert back.dtype == wide
    assert back.tolist() == [1, 2, 3]


def test_nan_and_infinities_survive_in_arrays_and_in_scalars() -> None:
    values = {"array": np.array([math.nan, math.inf, -0.0]), "scalar": math.nan, "list": [math.inf, -math.inf]}
    back = decode(encode(values))
    assert back["array"].tobytes() == values["array"].tobytes()
    assert math.isnan(back["scalar"])
    assert back["list"] == [math.inf, -math.inf]


def test_a_later_change_does_not_reach_the_copy_and_the_copy_can_be_written() -> None:
    tensor, array = torch.zeros(3), np.zeros(3)
    frame = encode({"tensor": tensor, "array": array})
    tensor.fill_(7)
    array.fill(7)
    back = decode(frame)
    back["array"] += 1
    assert back["tensor"].tolist() == [0, 0, 0]
    assert decode(frame)["array"].tolist() == [0, 0, 0]


def test_views_parameters_and_empty_and_scalar_tensors_cross() -> None:
    weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    back = decode(encode({"w": weight, "t": weight.t(), "one": torch.tensor(2.0), "none": torch.zeros(0, 4)}))
    assert back["t"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert back["one"].shape == ()
    assert back["none"].shape == (0, 4)


class Liar(torch.Tensor):
    pass


class Evil(float):
    def __sub__(self, other: object) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (torch.ones(2).as_subclass(Liar), "a Liar, a class derived"),
        (np.ma.masked_array([1.0]), "a MaskedArray, a class derived"),
        (torch.zeros(1).expand(10**12), "far more than the task needs"),
        (np.broadcast_to(np.zeros(1), (10**6, 10**6)), "far more than the task needs"),
        (torch.zeros(0, 10**18), "cannot cross"),
        (torch.eye(2).to_sparse(), "dense"),
        (torch.zeros(2, device="meta"), "on the CPU"),
        (torch.zeros(2, dtype=torch.complex64), "real numbers"),
        (np.array([object()]), "real numbers"),
        (np.array(["text"]), "real numbers"),
        ([torch.ones(1)], "a Tensor cannot be returned"),
        ({"a": {1: 2}}, "keys of a dict must be text"),
        ({1, 2}, "a set cannot be returned"),
        (2**80, "64 bits"),
        ("x" * 17_000_000, "far more"),
        ([0] * 600_000, "far more"),
    ],
)
def test_what_cannot_cross_is_refused_by_name_before_it_is_copied(value: Any, says: str) -> None:
    with pytest.raises(WireError, match=says) as caught:
        encode({"thing": value})
    assert str(caught.value).startswith("thing: ")


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(WireError, match="deep"):
        encode({"loop": loop})


def test_derived_classes_of_plain_values_arrive_as_plain_values() -> None:
    values = {"f": Evil(2.5), "np": np.float64(1.5), "f32": np.float32(0.5), "i": np.int32(3), "b": np.bool_(True)}
    containers = {"o": OrderedDict(a=1), "c": Counter("aab"), "s": torch.Size([2, 3]), "t": (1, 2)}
    back = decode(encode(values | containers))
    assert [type(back[name]) for name in values] == [float, float, float, int, bool]
    assert back["o"] == {"a": 1}
    assert back["c"] == {"a": 2, "b": 1}
    assert back["s"] == [2, 3]
    assert back["t"] == [1, 2]


def test_lone_surrogates_become_question_marks() -> None:
    assert decode(encode({"text": "a\ud800b"})) == {"text": "a?b"}


def framed(header: str, body: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header.encode())) + header.encode() + body


def lying(offsets: dict[str, list[int]], size: int, shape: list[int] | None = None) -> bytes:
    """A frame of float64 arrays of one number each, or of ``shape``, with ``size`` bytes of numbers."""
    header: dict[str, Any] = {"__metadata__": {"json": json.dumps([list(offsets), {}])}}
    header |= {name: {"dtype": "F64", "shape": shape or [1], "data_offsets": place} for name, place in offsets.items()}
    return framed(json.dumps(header), bytes(size))


@given(st.dictionaries(st.text(max_size=8), arrays, max_size=6), st.text(max_size=20))
def test_a_frame_is_what_the_library_writes_and_reads(tensors: dict[str, np.ndarray], text: str) -> None:
    frame = encode({**tensors, " text": text})

    metadata = json.loads(frame[8 : 8 + struct.unpack_from("<Q", frame)[0]])["__metadata__"]
    read = safetensors.numpy.load(frame)

    assert safetensors.numpy.save(tensors, metadata) == frame
    assert read.keys() == tensors.keys()
    assert all(same(read[name], tensors[name]) for name in tensors)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        struct.pack("<Q", 2**60) + b"{}",
        framed("[]"),
        framed("{}"),
        framed("[" * 100_000),
        framed('{"__metadata__": {"json": "[[], {}"}}'),
        framed(json.dumps({"__metadata__": {"json": "[" * 100_000}})),
        framed(json.dumps({"__metadata__": {"json": '[["a"], {}]'}})),
        framed(json.dumps({"__metadata__": {"json": '[["a", "a"], {"a": 1}]'}})),
        framed('{"__metadata__": {"json": "[[], {}]"}, "__metadata__": {"json": "[[], {}]"}}'),
        framed(
            '{"__metadata__": {"json": "[[\\"a\\"], {}]"}, '
            '"a": {"dtype": "F64", "shape": [0, 1000000000000000000], "data_offsets": [0, 0]}}'
        ),
        framed(
            '{"__metadata__": {"json": "[[\\"a\\"], {}]"}, '
            '"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}',
            b"\0\0",
        ),
        framed('{"__metadata__": {"json": "[[\\"a\\"], {\\"a\\": ' + "9" * 5000 + '}]"}}'),
        lying({"a": [0, 8], "b": [0, 8]}, 8),  # the same bytes twice
        lying({"a": [0, 8], "b": [4, 12]}, 12),
        lying({"a": [0, 8], "b": [16, 24]}, 24),  # a gap
        lying({"a": [0, 8]}, 9),  # bytes that are nobody's
        lying({"a": [8, 16]}, 16),
        lying({"a": [0, 8], "b": [8, 16]}, 12),  # bytes that are not there
        lying({"a": [-8, 0]}, 0),
        lying({"a": [0, 8]}, 8, shape=[2]),  # fewer than its numbers need
        lying({"a": [0, 8]}, 8, shape=[1] * 5000),
        lying({"a": [0, 8]}, 8, shape=[10**4000] * 16),
        struct.pack("<Q", 76) + '{"__metadata__": {"json": "[[], {}]"}}'.encode("utf-16-le"),
    ],
)
def test_a_lying_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        decode(frame)


def test_a_bool_of_any_byte_is_read_as_true() -> None:
    header = {"__metadata__": {"json": '[["a"], {}]'}, "a": {"dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]}}
    array = decode(framed(json.dumps(header), b"\x00\x07"))["a"]
    assert array.tolist() == [False, True]
    assert array.view(np.uint8).tolist() == [0, 1]


def test_the_announced_length_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="announced"):
        wire.length(wire.LENGTH.pack(2**40))
    assert wire.length(wire.LENGTH.pack(12)) == 12


def test_a_frame_larger_than_the_limit_is_neither_written_nor_read() -> None:
    with pytest.raises(WireError, match="more than the task needs"):
        encode({"x": torch.zeros(1000)}, most=1000)
    with pytest.raises(WireError, match="at most"):
        decode(bytes(2000), most=1000)
