"""The graders that benchmarks/peers.py compares, and the assignment and submissions that it gives to each."""
