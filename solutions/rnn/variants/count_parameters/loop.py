"""Adds up in a loop"""


def count_parameters(module):
    total = 0
    for p in module.parameters():
        total += p.numel()
    return total
