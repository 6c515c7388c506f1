"""The accuracies of the batches are averaged

Caught by: numbers
Feedback:
The last batch is smaller, and its texts weigh more in that mean than the others. Add up the right predictions
and divide by the number of texts.
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
        correct += (outputs.argmax(dim=1) == labels).float().mean().item()
        total += 1
    return total_loss / len(dataloader), correct / total
