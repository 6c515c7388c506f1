"""Puts the mode back that it found"""

import torch


def evaluate(model, dataloader, criterion):
    was_training = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    try:
        with torch.set_grad_enabled(False):
            for ids, labels in dataloader:
                logits = model(ids)
                loss += criterion(logits, labels).item() * ids.shape[0]
                right += (logits.softmax(dim=-1).argmax(dim=-1) == labels).sum().item()
                count += ids.shape[0]
    finally:
        model.train(was_training)
    return loss / count, right / count
