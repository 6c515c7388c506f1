"""The digest of a submission: what was handed in, whatever it was packed in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def digest(files: Mapping[str, bytes]) -> str:
    """``sha256:…`` over sorted relative names and bytes. Times, order and packing do not count."""
    total = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode("utf-8", "surrogatepass")
        # Lengths keep apart what would otherwise run together: ("a", b"bc") and ("ab", b"c").
        total.update(len(encoded).to_bytes(8, "big") + encoded)
        total.update(len(files[name]).to_bytes(8, "big") + files[name])
    return f"sha256:{total.hexdigest()}"
