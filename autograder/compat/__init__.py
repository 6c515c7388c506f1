"""Assignments made for other graders, read: what is an exercise in them, and what is not translated."""

from autograder.compat.outline import Outline, Part
from autograder.compat.reading import read

__all__ = ["Outline", "Part", "read"]
