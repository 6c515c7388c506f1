"""The loop runs under no_grad

Caught by: weights
Feedback:
Without recording there is nothing to go backward through: "does not require grad". no_grad belongs in
evaluate.
"""

import torch


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        with torch.no_grad():
            outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
