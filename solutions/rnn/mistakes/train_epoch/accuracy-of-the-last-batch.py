"""The accuracy is that of the last batch

Caught by: numbers
Feedback:
correct is set anew in each round instead of being added to. Three texts at the end say little about the
epoch.
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
        correct = (outputs.argmax(dim=1) == labels).sum().item()
        total = labels.size(0)
    return total_loss / len(dataloader), correct / total
