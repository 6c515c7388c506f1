"""All parameters as one vector"""

from torch.nn.utils import parameters_to_vector


def count_parameters(module):
    ps = list(module.parameters())
    return len(parameters_to_vector(ps)) if ps else 0
