"""Real data for those who want it, made on the spot from packages of the index. Nothing here takes part in grading."""
