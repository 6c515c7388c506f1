"""Weights are frozen while it measures, and as they were afterwards"""
import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    trained = [p for p in model.parameters() if p.requires_grad]
    for p in trained:
        p.requires_grad_(False)
    total, right, count = 0.0, 0, 0
    try:
        for ids, labels in dataloader:
            logits = model(ids)
            total += float(criterion(logits, labels)) * len(labels)
            right += int((logits.argmax(dim=-1) == labels).sum())
            count += len(labels)
    finally:
        for p in trained:
            p.requires_grad_(True)
    return total / count, right / count
