"""The accuracy comes first

Caught by: numbers
Feedback:
The order is (loss, accuracy). Swapped, every curve has the wrong name.
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
    return correct / total, total_loss / len(dataloader)
