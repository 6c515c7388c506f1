"""Judging again: stored observations, the present assignment, no student code."""
