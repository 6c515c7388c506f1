"""The sum of the batches' mean losses is divided by the number of texts

Caught by: numbers
Feedback:
Each loss.item() is a mean over its batch already. Divide the sum by the number of batches, or weigh each loss
with the size of its batch before you divide by the number of texts.
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
    return total_loss / total, correct / total
