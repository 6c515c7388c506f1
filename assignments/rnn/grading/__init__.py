"""How the assignment is graded: exercises with their checks, probes, families of cells. No answers."""

from .checks import EXERCISES

TITLE = "Recurrent networks, from cells to a sentiment classifier"
HANDOUT = "1.0"

__all__ = ["EXERCISES", "HANDOUT", "TITLE"]
