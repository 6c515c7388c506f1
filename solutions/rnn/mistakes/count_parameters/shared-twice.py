"""A parameter that is used in two places counts twice

Caught by: counts
Feedback:
Tied weights exist once in memory. parameters() gives each of them once; walking through the children by hand,
or remove_duplicate=False, gives it for each place.
"""

def count_parameters(module):
    return sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False))
