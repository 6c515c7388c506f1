"""A softmax before the loss

Caught by: weights
Feedback:
CrossEntropyLoss expects logits and applies its own log-softmax. Probabilities in place of logits make all
gradients small and the loss unable to reach zero.
"""

import torch


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        outputs = model(ids)
        loss = criterion(torch.softmax(outputs, dim=1), labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
