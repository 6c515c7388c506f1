"""Only the first two logits are compared

Caught by: values
Feedback:
For two classes that is right; the function takes a model with any number of them, and a third class would never
be predicted. The index of the largest logit is the prediction: argmax(dim=1).
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
            predicted = (outputs[:, 1] > outputs[:, 0]).long()
            correct += (predicted == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
