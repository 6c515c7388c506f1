"""Sums in a list, the pair returned as a list"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    sums = [0.0, 0, 0]
    for ids, labels in dataloader:
        optimizer.zero_grad()
        logits = model(ids)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        batch = (loss.item() * len(ids), (logits.argmax(1) == labels).sum().item(), len(ids))
        sums = [a + b for a, b in zip(sums, batch)]
    loss, right, n = sums
    return [loss / n, right / n]
