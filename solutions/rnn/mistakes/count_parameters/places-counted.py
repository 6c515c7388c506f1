"""Module by module, so that a tied weight counts in each

Caught by: counts
Feedback:
Going through modules() and adding up what each holds itself visits every place. A weight that two layers share
stands in two places and is one parameter: what trains and what is stored is there once. parameters() of the
whole module gives it once.
"""

def count_parameters(module):
    total = 0
    for part in module.modules():
        for p in part.parameters(recurse=False):
            total += p.numel()
    return total
