"""Right predictions are divided by the number of batches

Bank: E06
Caught by: values
Feedback:
correct counts texts; len(dataloader) counts batches. The result is above 1 as soon as there is more than one
right prediction a batch.
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
    return total_loss / len(dataloader), correct / len(dataloader)
