"""The whole state_dict is counted, buffers included

Caught by: counts
Feedback:
A state_dict also holds what a module only remembers, such as the running mean of a BatchNorm. Nothing learns
it, so it is no parameter. It also lists a shared parameter once for each place.
"""

def count_parameters(module):
    return sum(value.numel() for value in module.state_dict().values())
