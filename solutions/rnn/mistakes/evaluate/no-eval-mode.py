"""model.eval() is missing

Bank: A01
Caught by: evaluation_mode
Feedback:
Dropout stays on after training, so parts of the network are left out at random while it is measured: each
call gives another number, and a worse one. The first line sets the mode.
"""

import torch


def evaluate(model, dataloader, criterion):
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
