"""model.train() is missing

Bank: E04
Caught by: mode
Feedback:
evaluate leaves the model in evaluation mode, so from the second epoch on there is no dropout any more, and
nothing says so. The first line of the function sets the mode.
"""

def train_epoch(model, dataloader, optimizer, criterion):
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
