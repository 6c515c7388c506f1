"""The sum of the batches' mean losses is divided by the number of texts

Caught by: values
Feedback:
Each loss is a mean over its batch already. Divide by the number of batches, or weigh each loss with the size
of its batch first.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / total, correct / total
