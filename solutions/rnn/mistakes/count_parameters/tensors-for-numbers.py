"""The tensors are counted, not the numbers in them

Caught by: counts
Feedback:
nn.Linear(6, 3) has two parameter tensors and 21 numbers in them. Each tensor knows how many: numel().
"""

def count_parameters(module):
    return len(list(module.parameters()))
