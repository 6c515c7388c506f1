"""A new loss function is made inside the function

Caught by: values
Feedback:
The loss must be the one that was passed in: with another one, training and validation loss cannot be
compared.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    criterion = torch.nn.CrossEntropyLoss()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
