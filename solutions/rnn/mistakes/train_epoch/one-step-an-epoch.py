"""One step at the end instead of one for each batch

Caught by: weights
Feedback:
The losses of all batches are added, and one backward and one step follow after the loop. That is gradient
descent on the whole data set, with as many steps as there are epochs. Each batch has its own step.
"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for ids, labels in dataloader:
        outputs = model(ids)
        loss = criterion(outputs, labels)
        total_loss = total_loss + loss
        correct += (outputs.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    optimizer.zero_grad()
    total_loss.backward()
    optimizer.step()
    return total_loss.item() / len(dataloader), correct / total
