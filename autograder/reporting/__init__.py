"""A Grade made readable: for a person (HTML) and for other programs (CSV, JSON Lines, Gradescope).

Imports ``autograder.model`` and nothing else of the engine.
"""
