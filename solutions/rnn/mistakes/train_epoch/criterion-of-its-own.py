"""A new loss function is made inside the function

Caught by: weights
Feedback:
The criterion that was passed in may weigh classes or smooth labels; a plain CrossEntropyLoss does neither.
Use the argument, whatever it is.
"""

from torch import nn


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    criterion = nn.CrossEntropyLoss()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
