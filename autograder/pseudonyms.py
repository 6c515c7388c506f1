"""Names for people whose names are not to be seen: always the same one in one gradebook, another in every other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

_WORDS = """
Alder Amber Aspen Auk Basil Beech Birch Bittern Brook Cedar Chalk Clover Cobalt Coot Coral Crane Cress
Curlew Dipper Dove Dunlin Eider Elder Elm Fennel Fern Finch Flint Gannet Garnet Goldcrest Grebe Hazel Heath
Heron Holly Hoopoe Ibis Iris Ivy Jackdaw Jade Jasper Juniper Kestrel Kite Knot Lapwing Larch Lark Laurel
Linden Linnet Lotus Magpie Maple Marten Martin Merlin Moss Myrtle Oak Oriole Osprey Otter Owl Pearl Petrel
Pine Pipit Plover Plum Poplar Puffin Quail Quartz Quince Raven Reed Robin Rowan Ruff Sage Sedge Serin Shrike
Siskin Skua Slate Snipe Sorrel Sparrow Spruce Starling Stork Swallow Swift Tansy Teal Tern Thistle Thrush
Thyme Topaz Umber Vetch Viola Wagtail Warbler Wheatear Willow Wren Yarrow Yew Zircon
""".split()  # noqa: SIM905  # a table of words reads best as words


def pseudonyms(secret: bytes, students: Iterable[str]) -> dict[str, str]:
    """Student -> a name such as ``Heron 412``. Who comes later never changes the name of who was there before.

    secret: without it nobody can find out whose name it is by trying.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        turn = 0
        while (name := _name(secret, student, turn)) in taken:
            turn += 1
        taken.add(name)
        found[student] = name
    return found


def scattered(secret: bytes, what: str, student: str) -> bytes:
    """Where a student stands in a queue: another place in each, so that nobody is always read last."""
    return hmac.digest(secret, f"queue\0{what}\0{student}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def _name(secret: bytes, student: str, turn: int) -> str:
    text = f"name\0{turn}\0{student}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(hmac.digest(secret, text, hashlib.sha256)[:8])
    word, rest = number % len(_WORDS), number // len(_WORDS)
    return f"{_WORDS[word]} {100 + rest % 900}"
