"""Print what is installed here as pins, one a line: what ``scripts/lock`` writes to the constraints."""

from __future__ import annotations

import re
from importlib.metadata import distributions

HEAD = """\
# Written by scripts/lock. Every version that the scripts install, so that two machines get the same.
# Constraints choose versions, not builds: where torch comes from (CPU or CUDA) is pip's configuration.
"""


def main() -> None:
    """Print the header and the pins, without local build tags and without the project itself."""
    pins = {
        re.sub(r"[-_.]+", "-", dist.name).lower(): dist.version.partition("+")[0]
        for dist in distributions()
        if dist.name != "torchgrade"
    }
    print(HEAD + "\n".join(f"{name}=={version}" for name, version in sorted(pins.items())))


if __name__ == "__main__":
    main()
