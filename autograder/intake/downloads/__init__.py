"""What a learning platform gives when all submissions are downloaded, recognised by its shape."""

from autograder.intake.downloads.recognise import download

__all__ = ["download"]
