"""Gradients are switched off and stay off

Caught by: unchanged
Feedback:
torch.set_grad_enabled(False) holds for everything that comes after it, also for the next epoch of training, whose
backward then fails. `with torch.no_grad():` switches them on again at the end of its block.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    torch.set_grad_enabled(False)
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        outputs = model(ids)
        loss = criterion(outputs, labels)
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
