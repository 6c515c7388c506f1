"""Bytes are counted, not numbers

Caught by: counts
Feedback:
Your result is four times too large for float32: element_size() says how much memory one number takes. The
count is the same for every dtype.
"""

def count_parameters(module):
    return sum(p.numel() * p.element_size() for p in module.parameters())
