"""model.zero_grad, lists of losses, numpy means"""

import numpy as np


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    losses, right = [], []
    for batch in dataloader:
        texts, labels = batch
        model.zero_grad()
        scores = model(texts)
        loss = criterion(scores, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().item())
        right.extend((scores.max(1)[1] == labels).tolist())
    return float(np.mean(losses)), float(np.mean(right))
