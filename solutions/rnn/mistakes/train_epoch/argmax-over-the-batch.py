"""The prediction is taken over the batch, not over the classes

Bank: E08
Caught by: weights
Feedback:
dim=0 goes through the texts: one answer for each class comes out, where one for each text is needed. The
classes are dimension 1.
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
        correct += (outputs.argmax(dim=0) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
