"""Five recurrent modules: shapes, numbers of parameters, the same outputs at the same weights; and a training."""

from .checks import EXERCISES

TITLE = "Five recurrent modules"
HANDOUT = "1.0"

__all__ = ["EXERCISES", "HANDOUT", "TITLE"]
