"""Right predictions are divided by the number of batches

Bank: E06
Caught by: numbers
Feedback:
An accuracy above 1 is the sign. correct counts texts, so divide by the number of texts; len(dataloader) is
the number of batches.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
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
    return total_loss / len(dataloader), correct / len(dataloader)
