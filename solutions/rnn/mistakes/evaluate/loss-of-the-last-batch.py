"""The loss is that of the last batch

Caught by: values
Feedback:
Write += where the loss is added, and divide at the end.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss = loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss, correct / total
