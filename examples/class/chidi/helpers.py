"""Little things that I need in more than one file."""
import torch


def zero_state(x, size):
    """Zeros for a batch like x, (batch, size)."""
    return torch.zeros(x.shape[0], size).to(x)


def together(*tensors):
    """Concatenate the features of several tensors (batch stays where it is!)."""
    return torch.cat(tensors, dim=-1)
