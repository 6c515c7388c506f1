"""The gradients are clipped to a norm of 1

Caught by: weights
Feedback:
Clipping catches the rare huge gradient. At 1 it also cuts ordinary ones, here that of the last batch, so that the
step is shorter than the optimiser was told to make it. The handout's loop has none.
"""

import torch
from torch import nn


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
