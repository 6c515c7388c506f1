"""predict_sentiment and word_importance on planted models: every sound method passes, slips do not."""

from __future__ import annotations

import pytest

from autograder.model import ExerciseGrade, Outcome


def failed(grade: ExerciseGrade) -> set[str]:
    return {check.id for check in grade.checks if check.outcome is not Outcome.PASSED}


PREDICT = """
import torch
def predict_sentiment(text, model, vocab):
    model.eval()
    x = torch.tensor([text_to_indices(text, vocab)])
    with torch.no_grad():
        p = torch.softmax(model(x), dim=1)[0]
    best = p.argmax().item()
    return ['Negative', 'Positive'][best], p[best].item()
"""
IMPORT = "from text import text_to_indices\n"
RIGHT_PREDICTIONS = {
    "softmax": IMPORT + PREDICT,
    "a tensor as confidence": IMPORT + PREDICT.replace("p[best].item()", "p[best]"),
    "small letters": IMPORT + PREDICT.replace("'Negative', 'Positive'", "'negative', 'positive'"),
    "sigmoid of the difference": IMPORT
    + PREDICT.replace(
        "p = torch.softmax(model(x), dim=1)[0]", "o = model(x)[0]; q = torch.sigmoid(o[1] - o[0])"
    ).replace("best = p.argmax().item()", "p = torch.stack([1 - q, q]); best = int(q > 0.5)"),
    "its own padding": IMPORT
    + PREDICT.replace(
        "text_to_indices(text, vocab)", "([vocab.get(w, 1) for w in text.lower().split()] + [0] * 20)[:20]"
    ),
    "a copy of the model": IMPORT
    + PREDICT.replace("import torch", "import torch, copy").replace(
        "model.eval()", "model = copy.deepcopy(model).eval()"
    ),
}
LEFT = "[sorted(text_to_indices(text, vocab), key=bool)]"
WRONG_PREDICTIONS = {
    "labels the wrong way round": (
        PREDICT.replace("'Negative', 'Positive'", "'Positive', 'Negative'"),
        {"label"},
    ),
    "probability of class 1": (PREDICT.replace("p[best].item()", "p[1].item()"), {"confidence"}),
    "softmax over the batch": (PREDICT.replace("dim=1", "dim=0"), {"label", "confidence"}),
    "a logit": (PREDICT.replace("p[best].item()", "model(x)[0, best].item()"), {"confidence"}),
    "no eval()": (PREDICT.replace("model.eval()", "pass"), {"mode"}),
    "no batch dimension": (
        PREDICT.replace("[text_to_indices(text, vocab)]", "text_to_indices(text, vocab)"),
        {"label", "confidence", "mode"},
    ),
    "no lower()": (
        PREDICT.replace("text_to_indices(text, vocab)", "[vocab.get(w, 1) for w in text.split()][:20]"),
        {"confidence", "label"},
    ),
    "padding on the left": (PREDICT.replace("[text_to_indices(text, vocab)]", LEFT), {"label", "confidence"}),
    "no padding": (
        PREDICT.replace("text_to_indices(text, vocab)", "[vocab.get(w, 1) for w in text.lower().split()][:20]"),
        {"confidence"},
    ),
    "the last word first": (
        PREDICT.replace(
            "torch.tensor([text_to_indices(text, vocab)])", "torch.tensor([text_to_indices(text, vocab)]).flip(1)"
        ),
        {"label", "confidence"},
    ),
    "unknown words skipped": (
        PREDICT.replace(
            "text_to_indices(text, vocab)", "([vocab[w] for w in text.lower().split() if w in vocab] + [0] * 20)[:20]"
        ),
        {"confidence"},
    ),
    "a third label": (PREDICT.replace("['Negative'", "'Neutral' if p[best] < 0.6 else ['Negative'"), {"label"}),
    "positive from 0.6 on": (
        PREDICT.replace("['Negative', 'Positive'][best]", "'Positive' if p[1] > 0.6 else 'Negative'"),
        {"label"},
    ),
    "a sigmoid of one logit decides": (
        PREDICT.replace("p.argmax().item()", "int(torch.sigmoid(model(x)[0, 1]) > 0.5)"),
        {"label", "confidence"},
    ),
    "remembered by the text": (
        PREDICT.replace("def predict_sentiment", "def answer")
        + """
seen = {}
def predict_sentiment(text, model, vocab):
    if text not in seen: seen[text] = answer(text, model, vocab)
    return seen[text]
""",
        {"label", "confidence"},
    ),
    "eval() after the call": (
        PREDICT.replace("model.eval()", "pass").replace("    best =", "    model.eval()\n    best ="),
        {"mode"},
    ),
    "model.eval without brackets": (PREDICT.replace("model.eval()", "model.eval"), {"mode"}),
    "training = False on the model alone": (PREDICT.replace("model.eval()", "model.training = False"), {"mode"}),
    "drawn at random": (
        PREDICT.replace("p[best].item()", "p[best].item() + torch.rand(1).item()"),
        {"confidence", "mode"},
    ),
    "always positive": (
        "def predict_sentiment(text, model, vocab): return 'Positive', 0.5",
        {"label", "confidence", "mode"},
    ),
}

HEAD = """
import torch
from text import text_to_indices
def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
"""
TAIL = "\n    return [(w, float(s)) for w, s in zip(words, scores)]\n"
HOOK = """
    kept = []
    def keep(module, inputs, output):
        output.retain_grad(); kept.append(output)
    handle = model.embedding.register_forward_hook(keep)
    out = model(ids)
    handle.remove()
    model.zero_grad()
    out.max().backward()
    e, g = kept[0].detach()[0], kept[0].grad[0]
    model.zero_grad()
"""
GRADIENT = HEAD + HOOK + "    scores = g.norm(dim=1)" + TAIL
OCCLUSION = (
    HEAD
    + """
    with torch.no_grad():
        out = model(ids)[0]
        k = out.argmax()
        scores = []
        for i in range(len(words)):
            less = ids.clone()
            less[0, i] = 1
            scores.append(abs(out[k] - model(less)[0, k]))
"""
    + TAIL
)
RIGHT_IMPORTANCES = {
    "gradient norm": GRADIENT,
    "gradient of the loss": GRADIENT.replace(
        "out.max().backward()", "torch.nn.functional.cross_entropy(out, out.argmax(1)).backward()"
    ),
    "gradient times input": HEAD + HOOK + "    scores = (e * g).sum(1).abs()" + TAIL,
    "occlusion with UNK": OCCLUSION,
    "occlusion of the probability": OCCLUSION.replace("model(ids)[0]", "model(ids)[0].softmax(0)").replace(
        "model(less)[0, k]", "model(less)[0].softmax(0)[k]"
    ),
    "leaving a word out": OCCLUSION.replace(
        "less = ids.clone()", "less = torch.cat([ids[:, :i], ids[:, i + 1:], ids[:, :1] * 0], 1)"
    ).replace("            less[0, i] = 1\n", ""),
    "integrated gradients": HEAD
    + """
    class Fixed(torch.nn.Module):
        def forward(self, ids): return self.value
    table, fixed = model.embedding, Fixed()
    with torch.no_grad():
        e = table(ids)
        k = model(ids)[0].argmax()
    total = 0
    model.embedding = fixed
    for step in range(1, 21):
        fixed.value = (e * step / 20).requires_grad_()
        total = total + torch.autograd.grad(model(ids)[0, k], fixed.value)[0]
    model.embedding = table
    scores = (e * total / 20).sum(2).abs()[0]
"""
    + TAIL,
}
TABLE = GRADIENT.replace("e, g = kept[0].detach()[0], kept[0].grad[0]", "g = model.embedding.weight.grad[ids[0]]")
RIGHT_IMPORTANCES["gradient of the table's rows"] = TABLE
WRONG_IMPORTANCES = {
    "unknown words left out": (
        GRADIENT.replace("zip(words, scores)]", "zip(words, scores) if w in vocab]"),
        {"one_each", "deciding", "repeatable"},
    ),
    "the score of a word's first place": (
        GRADIENT.replace("zip(words, scores)]", "((w, scores[words.index(w)]) for w in words)]"),
        {"deciding", "repeatable"},
    ),
    "rows wiped": (
        OCCLUSION.replace("less[0, i] = 1", "model.embedding.weight[less[0, i]] = 0"),
        {"deciding", "repeatable"},
    ),
    "a stand-in that stays": (
        """
import torch
from text import text_to_indices
class Kept(torch.nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table
    def forward(self, ids):
        self.vectors = self.table(ids).detach().requires_grad_()
        return self.vectors
def word_importance(text, model, vocab):
    model.eval()
    if not isinstance(model.embedding, Kept): model.embedding = Kept(model.embedding)
    words = text.lower().split()[:20]
    torch.autograd.backward(model(torch.tensor([text_to_indices(text, vocab)])).max())
    scores = model.embedding.vectors.grad[0].norm(dim=1)
"""
        + TAIL,
        {"repeatable"},
    ),
    "a hook that stays": (
        HEAD
        + """
    if not hasattr(model, 'kept'):
        model.kept = []
        model.embedding.register_forward_hook(lambda module, inputs, output: model.kept.append(output))
    g = torch.autograd.grad(model(ids).max(), model.kept[0], allow_unused=True)[0]
    scores = model.kept[0][0, :, 0] * 0 if g is None else g[0].norm(dim=1)
"""
        + TAIL,
        {"repeatable"},
    ),
    "the model frozen": (
        GRADIENT.replace("    e, g =", "    for p in model.parameters(): p.requires_grad_(False)\n    e, g ="),
        {"repeatable"},
    ),
    "a step of an optimiser": (
        GRADIENT.replace("    e, g =", "    torch.optim.SGD(model.parameters(), lr=0.1).step()\n    e, g ="),
        {"repeatable"},
    ),
    "no eval()": (GRADIENT.replace("model.eval()", "pass"), {"repeatable"}),
    "padding too": (
        GRADIENT.replace("text.lower().split()[:20]", "(text.lower().split() + ['<PAD>'] * 20)[:20]"),
        {"one_each", "deciding", "repeatable"},
    ),
    "signs": (HEAD + HOOK + "    scores = (e * g).sum(1) - 1" + TAIL, {"one_each", "deciding", "repeatable"}),
    "size of the vector's first number": (
        HEAD + "    scores = model.embedding(ids)[0, :, 0].abs()" + TAIL,
        {"deciding", "repeatable"},
    ),
    "gradients pile up": (
        GRADIENT.replace("    model.zero_grad()\n", "").replace(
            "e, g = kept[0].detach()[0], kept[0].grad[0]",
            "g = model.embedding.weight.grad[ids[0]]",
        ),
        {"repeatable"},
    ),
    "all alike": (
        "def word_importance(text, model, vocab): return [(w, 1.0) for w in text.lower().split()[:20]]",
        {"one_each", "deciding", "repeatable"},
    ),
    "a dict": (
        GRADIENT.replace("return [", "return dict([").replace("scores)]", "scores)])"),
        {"one_each", "deciding", "repeatable"},
    ),
}


@pytest.mark.parametrize("style", RIGHT_PREDICTIONS)
def test_right_predictions_get_full_marks(judge, style):
    assert failed(judge("predict_sentiment", RIGHT_PREDICTIONS[style])) == set()


@pytest.mark.parametrize("slip", WRONG_PREDICTIONS)
def test_a_wrong_prediction_fails_its_own_checks(judge, slip):
    code, expected = WRONG_PREDICTIONS[slip]
    assert failed(judge("predict_sentiment", IMPORT + code)) == expected


@pytest.mark.parametrize("method", RIGHT_IMPORTANCES)
def test_every_sound_method_ranks_the_deciding_word_first(judge, method):
    assert failed(judge("word_importance", RIGHT_IMPORTANCES[method])) == set()


@pytest.mark.parametrize("slip", WRONG_IMPORTANCES)
def test_an_unsound_method_fails_its_own_checks(judge, slip):
    code, expected = WRONG_IMPORTANCES[slip]
    assert failed(judge("word_importance", code)) == expected


@pytest.mark.parametrize(
    ("exercise", "slip", "check", "said"),
    [
        ("predict_sentiment", "no eval()", "mode", "in training mode, dropout was on in 6 of 6 calls"),
        ("predict_sentiment", "drawn at random", "mode", "asked of the same model a second time, gets another answer"),
        ("predict_sentiment", "always positive", "mode", "the model was not asked"),
        (
            "predict_sentiment",
            "a third label",
            "label",
            "the label is 'Neutral', for a text ",
        ),
        (
            "predict_sentiment",
            "unknown words skipped",
            "confidence",
            "1 of 8 texts: a text with words that the vocabul",
        ),
        ("predict_sentiment", "no padding", "confidence", "in 7 of 8 texts, the first of them a text of 6 words"),
        ("word_importance", "no eval()", "repeatable", "dropout was on in 6 of 6 calls"),
        ("word_importance", "unknown words left out", "one_each", "5 words, but 4 scores; 'xylophone' has none"),
        ("word_importance", "a stand-in that stays", "repeatable", "the model has no embedding.weight any more"),
        ("word_importance", "a step of an optimiser", "repeatable", "of the model was changed by the call"),
        ("word_importance", "gradients pile up", "repeatable", "gets other scores from a model that was asked before"),
    ],
)
def test_a_message_says_what_was_seen(judge, exercise, slip, check, said):
    slips = WRONG_PREDICTIONS if exercise == "predict_sentiment" else WRONG_IMPORTANCES
    code = slips[slip][0]
    grade = judge(exercise, IMPORT + code)
    assert said in next(found.message for found in grade.checks if found.id == check)
