"""The step is given a closure, as LBFGS wants it"""


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    losses, hits, texts = [], 0, 0
    for ids, labels in dataloader:
        seen = {}

        def closure():
            optimizer.zero_grad()
            seen["logits"] = model(ids)
            loss = criterion(seen["logits"], labels)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
        hits += int((seen["logits"].argmax(dim=1) == labels).sum())
        texts += len(labels)
    return sum(losses) / len(losses), hits / texts
