"""The count is printed and not returned

Caught by: counts
Feedback:
print shows a number to you and gives nothing to the caller, which gets None. End with return.
"""

def count_parameters(module):
    total = sum(p.numel() for p in module.parameters())
    print(f"Total parameters: {total:,}")
