"""Gradients are recorded

Bank: A02
Caught by: unchanged
Feedback:
The numbers are right, but PyTorch builds the graph of every batch for a backward that never comes: slower,
and with more memory. Put the loop under torch.no_grad().
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    if True:
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
