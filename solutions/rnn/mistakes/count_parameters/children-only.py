"""Only the children are gone through

Caught by: counts
Feedback:
A single layer has no children, so it counts as 0, and a bare nn.Parameter of the module is never seen. Try
your function on nn.Linear(2, 3), where the answer is 9.
"""

def count_parameters(module):
    total = 0
    for child in module.children():
        for p in child.parameters():
            total += p.numel()
    return total
