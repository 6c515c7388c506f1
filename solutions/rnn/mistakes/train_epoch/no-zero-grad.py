"""The gradients of earlier batches are never cleared

Bank: E01
Caught by: weights
Feedback:
backward adds to what is in .grad. Without zero_grad for every batch, each step follows the sum of all
gradients so far: steps grow, and point where earlier batches wanted to go. Adam hides some of it, plain SGD
nothing.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        outputs = model(ids)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
