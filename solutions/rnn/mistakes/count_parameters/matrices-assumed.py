"""Every parameter is taken for a matrix

Caught by: counts
Feedback:
A bias has one dimension, so shape[1] does not exist. numel() is the product of all sizes, however many.
"""

def count_parameters(module):
    total = 0
    for p in module.parameters():
        total += p.shape[0] * p.shape[1]
    return total
