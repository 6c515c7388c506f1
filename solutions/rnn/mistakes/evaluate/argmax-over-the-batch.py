"""The prediction is taken over the batch, not over the classes

Bank: E08
Caught by: values
Feedback:
Dimension 0 is the batch. For one prediction a text, take the largest logit along dimension 1.
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
            correct += (outputs.argmax(dim=0) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
