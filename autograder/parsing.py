"""One lock for everything that makes syntax trees.

Python 3.11 keeps the depth of the tree that it is building in one place for all threads: two threads in
``ast.parse`` at once can end in a SystemError that is nobody's fault.
"""

from __future__ import annotations

import threading

PARSING = threading.RLock()
