"""no_grad as a decorator, topk"""

import torch


@torch.no_grad()
def evaluate(model, dataloader, criterion):
    model.eval()
    loss, right, n = 0.0, 0, 0
    for x, y in dataloader:
        out = model(x)
        loss += criterion(out, y).item() * len(y)
        right += (out.topk(1).indices[:, 0] == y).sum().item()
        n += len(y)
    return loss / n, right / n
