"""Clears the gradients after the step, set_to_none, mean over the texts"""

def train_epoch(model, dataloader, optimizer, criterion):
    model.train(True)
    losses, hits, seen = 0.0, 0, 0
    for x, y in dataloader:
        logits = model(x)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses += loss.item() * y.numel()
        hits += int(logits.detach().argmax(-1).eq(y).sum())
        seen += y.numel()
    return losses / seen, hits / seen
