"""The gradients are cleared between backward and step

Bank: E02
Caught by: weights
Feedback:
backward computes the gradients, zero_grad throws them away, and step has nothing to follow: the weights stay
as they were. Clear first, or after the step.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
