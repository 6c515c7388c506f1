"""optimizer.step() is missing

Bank: E03
Caught by: weights
Feedback:
Gradients are computed, batch after batch, and nobody uses them. The step is what changes the weights.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        optimizer.zero_grad()
        outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
