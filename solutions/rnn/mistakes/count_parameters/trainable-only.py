"""Frozen parameters are left out

Caught by: counts
Feedback:
requires_grad=False keeps a parameter from learning; it is stored and computed with all the same. The handout
counts both kinds.
"""

def count_parameters(module):
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
