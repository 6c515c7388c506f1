"""Submissions that attack the grader, each a test; ``table`` lists them with what was seen."""
