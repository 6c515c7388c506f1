"""The weights are trained on what they are measured with

Bank: A03
Caught by: values
Feedback:
The training loop was copied with its optimiser. After the first batch another model is measured than the one
that came in, and the result is no test any more. No backward and no step in evaluate.
"""

import torch


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss, correct, total = 0.0, 0, 0
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    if True:
        for ids, labels in dataloader:
            outputs = model(ids)
            loss = criterion(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            correct += (outputs.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total
