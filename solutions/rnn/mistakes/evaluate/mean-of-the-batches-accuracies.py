"""The accuracies of the batches are averaged

Caught by: values
Feedback:
The texts of the smaller last batch weigh more than the others in that mean. Add up the right predictions, and
divide once by the number of texts.
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
            correct += (outputs.argmax(dim=1) == labels).float().mean().item()
            total += 1
    return total_loss / len(dataloader), correct / total
