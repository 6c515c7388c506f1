"""The step comes before backward

Caught by: weights
Feedback:
At the time of the step there are no gradients of this batch: the first step does nothing, and zero_grad
throws away what backward has computed after it.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        outputs = model(ids)
        loss = criterion(outputs, labels)
        optimizer.step()
        loss.backward()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
