"""modules() and parameters() both go down, so inner parameters count many times

Caught by: counts
Feedback:
module.modules() visits every level, and parameters() of each visit goes down to the bottom once more: a
parameter at depth two is counted three times. One of the two walks is enough.
"""

def count_parameters(module):
    total = 0
    for part in module.modules():
        for p in part.parameters():
            total += p.numel()
    return total
