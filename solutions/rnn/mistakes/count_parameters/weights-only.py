"""Only parameters with "weight" in their name are counted

Bank: X11
Caught by: counts
Feedback:
A bias is learned like a weight and is one of the parameters; so is an nn.Parameter that has a name of its
own. Go through module.parameters() and leave none out.
"""

def count_parameters(module):
    return sum(p.numel() for name, p in module.named_parameters() if "weight" in name)
