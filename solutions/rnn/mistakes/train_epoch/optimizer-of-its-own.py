"""A new optimiser is made inside the function

Bank: E09
Caught by: weights
Feedback:
The one that was passed in is not used, with its learning rate and its moments; and a new Adam for each epoch
starts from nothing every time. Use the argument.
"""

import torch


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
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
