"""backward is called

Caught by: unchanged
Feedback:
Nothing is learnt from it here, but the gradients stay behind in the model, where the next training step may
find them. Evaluation measures only.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    if True:
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            loss.backward()
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
