"""model.eval() in the training loop

Caught by: mode
Feedback:
It switches dropout off, which is what evaluation needs. Training needs the opposite: model.train().
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.eval()
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
