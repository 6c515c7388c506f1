"""zero_grad is called on an optimiser that evaluate does not have

Caught by: values
Feedback:
The line was copied from train_epoch. Here is no optimiser, and nothing to clear: NameError.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            optimizer.zero_grad()
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
