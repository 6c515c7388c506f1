"""The return stands inside the loop

Bank: A04
Caught by: weights
Feedback:
The function ends after the first batch, and most of the texts are never seen. Move the return out by one
level.
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
        return total_loss / len(dataloader), correct / total
