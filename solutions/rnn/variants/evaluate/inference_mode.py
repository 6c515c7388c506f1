"""inference_mode, everything at the end"""

import torch


def evaluate(model, dataloader, criterion):
    model.train(False)
    losses, hits = [], []
    with torch.inference_mode():
        for ids, labels in dataloader:
            logits = model(ids)
            losses.append(criterion(logits, labels))
            hits.append(logits.max(1)[1] == labels)
    return torch.stack(losses).mean().item(), torch.cat(hits).double().mean().item()
