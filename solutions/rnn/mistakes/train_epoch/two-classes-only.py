"""Only the first two logits are compared

Caught by: numbers
Feedback:
For two classes that is right; the function takes a model with any number of them, and a third class would never
be predicted. The index of the largest logit is the prediction: argmax(dim=1).
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
        predicted = (outputs[:, 1] > outputs[:, 0]).long()
        correct += (predicted == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total
