"""What no submission may see: the data generator with its labels, and the checks that need them."""

from .checks import register

__all__ = ["register"]
