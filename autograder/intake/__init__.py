"""Received files become submissions: ``receive`` says whose they are, ``Entry.read`` reads one of them."""

from autograder.intake.entry import Entry
from autograder.intake.receive import Intake, receive

__all__ = ["Entry", "Intake", "receive"]
