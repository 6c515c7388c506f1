"""Only the first size of each parameter is added

Caught by: counts
Feedback:
len(p) of a matrix is its number of rows. A matrix of 3 rows and 6 columns holds 18 numbers.
"""

def count_parameters(module):
    return sum(len(p) for p in module.parameters())
