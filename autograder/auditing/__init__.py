"""The grader graded: work of which it is known what it deserves."""
