"""model.train() at the end of the loop's body

Caught by: evaluation_mode
Feedback:
It is meant to put the mode back, but it stands inside the loop: from the second batch on dropout is on again.
Put it behind the loop, or leave it out: train_epoch sets its mode itself.
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
            model.train()
    return total_loss / len(dataloader), correct / total
