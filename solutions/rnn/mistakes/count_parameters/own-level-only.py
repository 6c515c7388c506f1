"""Parameters of inner modules are left out

Caught by: counts
Feedback:
recurse=False stops at what the module itself declares. A network that is made of layers has almost nothing of
its own: its parameters are in the parts.
"""

def count_parameters(module):
    return sum(p.numel() for p in module.parameters(recurse=False))
