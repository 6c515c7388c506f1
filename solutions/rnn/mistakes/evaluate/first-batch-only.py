"""The return stands inside the loop

Bank: A04
Caught by: values
Feedback:
Only the first batch is measured. Move the return out of the loop, by two levels.
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
            return total_loss / len(dataloader), correct / total
