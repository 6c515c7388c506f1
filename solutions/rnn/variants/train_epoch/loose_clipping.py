"""Clips gradients at a norm that is hardly ever reached"""

from torch import nn


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, count = 0.0, 0.0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        logits = model(ids)
        loss = criterion(logits, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
        optimizer.step()
        total_loss += float(loss)
        correct += (logits.topk(1, dim=1).indices.squeeze(1) == labels).float().sum().item()
        count += len(labels)
    return total_loss / len(dataloader), correct / count
