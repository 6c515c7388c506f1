"""Multiplies the shapes, each parameter once by its id"""
import math


def count_parameters(module):
    unique = {id(p): math.prod(p.shape) for p in module.parameters()}
    return sum(unique.values())
