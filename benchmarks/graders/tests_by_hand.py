"""The checks as one writes them for nbgrader and otter: each function stands alone in a hidden test cell.

A function is called ``EXERCISE__CHECK`` and takes names of the student's notebook. It raises where something is
wrong. The same comparisons are made here by the course in ``course/``, of the same sizes.
"""
# ruff: noqa: D103  # the names say it

from __future__ import annotations


def vanilla_rnn__shapes(VanillaRNN):  # noqa: N803
    import torch

    for batch, time, inputs, hidden, outputs in ((3, 7, 5, 4, 2), (4, 2, 3, 7, 5), (1, 1, 1, 2, 1)):
        output, states = VanillaRNN(inputs, hidden, outputs)(
            torch.randn(batch, time, inputs), torch.randn(batch, hidden)
        )
        assert output.shape == (batch, outputs), f"output has shape {tuple(output.shape)}"
        assert states.shape == (batch, time, hidden), f"the states have shape {tuple(states.shape)}"


def vanilla_rnn__parameters(VanillaRNN):  # noqa: N803
    for inputs, hidden, outputs in ((5, 4, 2), (3, 7, 5)):
        count = sum(weight.numel() for weight in VanillaRNN(inputs, hidden, outputs).parameters())
        wanted = hidden * (inputs + 1) + hidden * (hidden + 1) + outputs * (hidden + 1)
        assert count == wanted, f"{count} parameters, not {wanted}"


def vanilla_rnn__forward(VanillaRNN):  # noqa: N803
    import torch

    for batch, time in ((3, 7), (1, 2)):
        torch.manual_seed(batch)
        w = {
            "x2h.weight": torch.randn(4, 5).double(),
            "x2h.bias": torch.randn(4).double(),
            "h2h.weight": torch.randn(4, 4).double(),
            "h2h.bias": torch.randn(4).double(),
            "h2o.weight": torch.randn(2, 4).double(),
            "h2o.bias": torch.randn(2).double(),
        }
        x, h = torch.randn(batch, time, 5).double(), torch.randn(batch, 4).double()
        module = VanillaRNN(5, 4, 2).double()
        module.load_state_dict(w)
        output, states = module(x.clone(), h.clone())
        for t in range(time):
            h = torch.tanh(x[:, t] @ w["x2h.weight"].T + w["x2h.bias"] + h @ w["h2h.weight"].T + w["h2h.bias"])
            torch.testing.assert_close(states[:, t], h)
        torch.testing.assert_close(output, h @ w["h2o.weight"].T + w["h2o.bias"])


def lstm_cell__shapes(LSTMCell):  # noqa: N803
    import torch

    for batch, inputs, hidden in ((3, 5, 4), (4, 3, 7), (1, 1, 2)):
        state = (torch.randn(batch, hidden), torch.randn(batch, hidden))
        h, c = LSTMCell(inputs, hidden)(torch.randn(batch, inputs), state)
        assert h.shape == (batch, hidden), f"h has shape {tuple(h.shape)}"
        assert c.shape == (batch, hidden), f"c has shape {tuple(c.shape)}"


def lstm_cell__parameters(LSTMCell):  # noqa: N803
    for inputs, hidden in ((5, 4), (3, 7)):
        count = sum(weight.numel() for weight in LSTMCell(inputs, hidden).parameters())
        assert count == 4 * hidden * (inputs + hidden + 1), f"{count} parameters"


def lstm_cell__forward(LSTMCell):  # noqa: N803
    import torch

    for batch in (3, 1):
        torch.manual_seed(batch)
        w = {"gates.weight": torch.randn(16, 9).double(), "gates.bias": torch.randn(16).double()}
        x, h, c = torch.randn(batch, 5).double(), torch.randn(batch, 4).double(), torch.randn(batch, 4).double()
        module = LSTMCell(5, 4).double()
        module.load_state_dict(w)
        h_student, c_student = module(x.clone(), (h.clone(), c.clone()))
        f, i, o, g = (torch.cat([h, x], dim=1) @ w["gates.weight"].T + w["gates.bias"]).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        torch.testing.assert_close(c_student, c)
        torch.testing.assert_close(h_student, torch.sigmoid(o) * torch.tanh(c))


def gru_cell__shapes(GRUCell):  # noqa: N803
    import torch

    for batch, inputs, hidden in ((3, 5, 4), (4, 3, 7), (1, 1, 2)):
        h = GRUCell(inputs, hidden)(torch.randn(batch, inputs), torch.randn(batch, hidden))
        assert h.shape == (batch, hidden), f"h has shape {tuple(h.shape)}"


def gru_cell__parameters(GRUCell):  # noqa: N803
    for inputs, hidden in ((5, 4), (3, 7)):
        count = sum(weight.numel() for weight in GRUCell(inputs, hidden).parameters())
        assert count == 3 * hidden * (inputs + hidden + 1), f"{count} parameters"


def gru_cell__forward(GRUCell):  # noqa: N803
    import torch

    for batch in (3, 1):
        torch.manual_seed(batch)
        w = {
            "gates.weight": torch.randn(8, 9).double(),
            "gates.bias": torch.randn(8).double(),
            "candidate.weight": torch.randn(4, 9).double(),
            "candidate.bias": torch.randn(4).double(),
        }
        x, h = torch.randn(batch, 5).double(), torch.randn(batch, 4).double()
        module = GRUCell(5, 4).double()
        module.load_state_dict(w)
        student = module(x.clone(), h.clone())
        r, z = torch.sigmoid(torch.cat([h, x], dim=1) @ w["gates.weight"].T + w["gates.bias"]).chunk(2, dim=1)
        n = torch.tanh(torch.cat([r * h, x], dim=1) @ w["candidate.weight"].T + w["candidate.bias"])
        torch.testing.assert_close(student, (1 - z) * h + z * n)


def simple_lstm__shapes(SimpleLSTM):  # noqa: N803
    import torch

    for batch, time, inputs, hidden, outputs in ((3, 7, 5, 4, 2), (4, 2, 3, 7, 5), (1, 1, 1, 2, 1)):
        state = (torch.randn(batch, hidden), torch.randn(batch, hidden))
        output = SimpleLSTM(inputs, hidden, outputs)(torch.randn(batch, time, inputs), state)
        assert output.shape == (batch, outputs), f"output has shape {tuple(output.shape)}"


def simple_lstm__parameters(SimpleLSTM):  # noqa: N803
    for inputs, hidden, outputs in ((5, 4, 2), (3, 7, 5)):
        count = sum(weight.numel() for weight in SimpleLSTM(inputs, hidden, outputs).parameters())
        assert count == 4 * hidden * (inputs + hidden + 1) + outputs * (hidden + 1), f"{count} parameters"


def simple_lstm__forward(SimpleLSTM):  # noqa: N803
    import torch

    for batch, time in ((3, 7), (1, 2)):
        torch.manual_seed(batch)
        w = {
            "cell.gates.weight": torch.randn(16, 9).double(),
            "cell.gates.bias": torch.randn(16).double(),
            "fc.weight": torch.randn(2, 4).double(),
            "fc.bias": torch.randn(2).double(),
        }
        x = torch.randn(batch, time, 5).double()
        h, c = torch.randn(batch, 4).double(), torch.randn(batch, 4).double()
        module = SimpleLSTM(5, 4, 2).double()
        module.load_state_dict(w)
        student = module(x.clone(), (h.clone(), c.clone()))
        for t in range(time):
            joined = torch.cat([h, x[:, t]], dim=1)
            f, i, o, g = (joined @ w["cell.gates.weight"].T + w["cell.gates.bias"]).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        torch.testing.assert_close(student, h @ w["fc.weight"].T + w["fc.bias"])


def bilstm__shapes(BiLSTM):  # noqa: N803
    import torch

    for batch, time, inputs, hidden, outputs in ((3, 7, 5, 4, 2), (4, 2, 3, 7, 5), (1, 1, 1, 2, 1)):
        output = BiLSTM(inputs, hidden, outputs)(torch.randn(batch, time, inputs))
        assert output.shape == (batch, outputs), f"output has shape {tuple(output.shape)}"


def bilstm__parameters(BiLSTM):  # noqa: N803
    for inputs, hidden, outputs in ((5, 4, 2), (3, 7, 5)):
        count = sum(weight.numel() for weight in BiLSTM(inputs, hidden, outputs).parameters())
        assert count == 8 * hidden * (inputs + hidden + 1) + outputs * (2 * hidden + 1), f"{count} parameters"


def bilstm__forward(BiLSTM):  # noqa: N803
    import torch

    for batch, time in ((3, 7), (1, 2)):
        torch.manual_seed(batch)
        w = {
            "forwards.gates.weight": torch.randn(16, 9).double(),
            "forwards.gates.bias": torch.randn(16).double(),
            "backwards.gates.weight": torch.randn(16, 9).double(),
            "backwards.gates.bias": torch.randn(16).double(),
            "fc.weight": torch.randn(2, 8).double(),
            "fc.bias": torch.randn(2).double(),
        }
        x = torch.randn(batch, time, 5).double()
        module = BiLSTM(5, 4, 2).double()
        module.load_state_dict(w)
        student = module(x.clone())
        ends = []
        for name, steps in (("forwards", range(time)), ("backwards", reversed(range(time)))):
            h = c = torch.zeros(batch, 4).double()
            for t in steps:
                joined = torch.cat([h, x[:, t]], dim=1)
                f, i, o, g = (joined @ w[f"{name}.gates.weight"].T + w[f"{name}.gates.bias"]).chunk(4, dim=1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
            ends.append(h)
        torch.testing.assert_close(student, torch.cat(ends, dim=1) @ w["fc.weight"].T + w["fc.bias"])


def training__accuracy(train_sentiment, encode):
    import json

    import torch

    with open("DATA") as file:
        data = json.load(file)
    model, vocab = train_sentiment(data["texts"], data["labels"], seed=1)
    model.eval()
    with torch.no_grad():
        logits = model(encode(data["hidden_texts"], vocab))
    accuracy = (logits.argmax(dim=1) == torch.tensor(data["hidden_labels"])).float().mean().item()
    assert accuracy >= 0.75, f"{accuracy:.1%} of the hidden texts are right"
