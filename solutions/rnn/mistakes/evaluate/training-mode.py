"""model.train() in the evaluation

Caught by: evaluation_mode
Feedback:
That switches dropout on, whatever mode the model came in. Evaluation begins with model.eval().
"""

import torch


def evaluate(model, dataloader, criterion):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
