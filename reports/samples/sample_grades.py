"""Grades to preview the reports with: every outcome, every kind of evidence, hostile text among them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograder.model import Evidence, ExerciseGrade, Finding, Grade, MistakeName, Outcome, Problem

# exercise id, title, and its checks: id, kind, points, claim. Outcomes are set per student below.
EXERCISES: tuple[tuple[str, str, tuple[tuple[str, str, int, str], ...]], ...] = (
    ("vanilla_rnn", "Vanilla RNN", (
        ("shapes", "shapes", 2, "forward returns an output of (batch, output_size) and one hidden state for each step"),
        ("parameters", "parameters", 1, "the parameters are the three weight matrices and their biases"),
        ("forward", "parity", 4, "the hidden states and the output are those of the lecture's equations"),
        ("gradients", "gradients", 2, "gradients reach the input, the first state and every parameter"),
        ("from_scratch", "policy", 1, "the recurrence is written by hand, without nn.RNN"))),
    ("lstm_cell", "LSTM cell", (
        ("shapes", "shapes", 1, "one step returns h and c, each of (batch, hidden_size)"),
        ("parameters", "parameters", 2, "the parameters are those of four gates over [h, x]"),
        ("forward", "parity", 4, "one step computes the h and c of the lecture's equations"),
        ("gradients", "gradients", 3, "gradients reach x, h, c and every parameter"),
        ("carries", "property", 1, "two steps and three steps more equal five steps"),
        ("from_scratch", "policy", 1, "the cell is written by hand, without nn.LSTMCell"))),
    ("simple_lstm", "LSTM over a sequence", (
        ("shapes", "shapes", 1, "forward returns one output of (batch, output_size) for each sequence"),
        ("forward", "parity", 3, "the output is fc of the last hidden state, whatever the length"),
        ("state", "property", 2, "a given state is used, and None means zeros"))),
    ("gru_cell", "GRU cell", (
        ("shapes", "shapes", 1, "one step returns h of (batch, hidden_size)"),
        ("parameters", "parameters", 2, "the parameters are those of three gates over [h, x]"),
        ("forward", "parity", 5, "one step computes the h of the lecture's equations"),
        ("gradients", "gradients", 3, "gradients reach x, h and every parameter"),
        ("from_scratch", "policy", 1, "the cell is written by hand, without nn.GRUCell"))),
    ("bilstm", "Bidirectional LSTM", (
        ("shapes", "shapes", 1, "forward returns an output of (batch, output_size) for one and for several layers"),
        ("forward", "parity", 3, "the output is fc of the last layer's final forward and final backward state"),
        ("both_ways", "property", 2, "the first and the last step of the input both change the output"))),
    ("vanishing_gradient", "Vanishing gradients", (
        ("norms", "property", 2, "there is one finite, non-negative norm for each parameter of the network"),
        ("states", "parity", 3, "the norm of the gradient at each hidden state is right, from the first step to the last"))),
    ("count_parameters", "Counting parameters", (
        ("counts", "property", 2, "every parameter is counted once, trainable or not, and no buffer"),)),
    ("compare_architectures", "Comparing architectures", (
        ("table", "property", 3, "parameters and gates of the three recurrent parts are right"),)),
    ("build_vocab", "Vocabulary", (
        ("special", "property", 1, "<PAD> is 0 and <UNK> is 1"),
        ("contiguous", "property", 3, "ids are unique and leave no holes, for every min_freq"))),
    ("text_to_indices", "Text to indices", (
        ("pads", "property", 1, "a short text is padded on the right up to max_len"),
        ("cuts", "property", 1, "a long text is cut on the right"),
        ("unknown", "property", 1, "a word that is not in the vocabulary becomes <UNK>"))),
    ("sentiment_dataset", "Data set", (
        ("items", "property", 2, "an item is a LongTensor of indices and a LongTensor scalar"),)),
    ("sentiment_lstm", "Sentiment classifier", (
        ("shapes", "shapes", 1, "logits are (batch, output_dim)"),
        ("parameters", "parameters", 1, "the parameters are an embedding, a two-layer bidirectional LSTM and fc"),
        ("forward", "parity", 4, "the logits come from the last forward and the last backward state"),
        ("dropout", "property", 2, "dropout acts in training mode and not in evaluation mode"))),
    ("train_epoch", "Training for one epoch", (
        ("steps", "parity", 3, "two batches of SGD leave the parameters where they belong"),
        ("mode", "property", 1, "the model is in training mode while it is trained"),
        ("returns", "property", 1, "loss and accuracy are Python floats, averaged over the examples"))),
    ("evaluate", "Evaluation", (
        ("values", "parity", 2, "loss and accuracy are those of the whole data set"),
        ("changes_nothing", "property", 2, "no parameter and no buffer is changed"))),
    ("trained_accuracy", "Trained accuracy", (
        ("learns", "accuracy", 6, "the pipeline reaches an accuracy of 0.75 on hidden sentences where word order decides"),
        ("history", "property", 2, "history has four equally long lists, one entry an epoch"))),
    ("predict_sentiment", "Prediction", (
        ("label", "property", 2, "the label is the likelier class and the confidence its probability"),
        ("mode", "property", 1, "the model predicts in evaluation mode"))),
    ("improved_classifier", "Improved classifier", (
        ("baseline", "accuracy", 4, "the accuracy is at least that of the baseline, within noise"),
        ("better", "accuracy", 2, "the accuracy beats the baseline by more than the noise of seeds"))),
    ("word_importance", "Word importance", (
        ("ranks", "property", 3, "the word that decides has the largest score, one score for each word"),)),
    ("written_rnn", "Written: the recurrent network", (("answer", "written", 2, "the computation graph for three steps, and why weights are shared"),)),
    ("written_architectures", "Written: which architecture when", (("answer", "written", 1, "parameters, speed and memory of the three architectures"),)),
)  # fmt: skip

ERRORS = Evidence("errors", {
    "title": "h, shape (3, 7)", "rows": "row", "columns": "unit", "tolerance": 1e-9,
    "values": [[0.0731, 0.0124, 0.213, 0.0418, 0.0062, 0.119, 0.0305], [0.0022, 0.0884, 0.0451, 0.00091, 0.157, 0.0287, 0.0639],
               [0.0917, 0.0046, 0.0193, 0.0702, 0.0355, 0.0008, 0.141]],
})  # fmt: skip
GRADIENT_ERRORS = Evidence("errors", {
    "title": "gradient of x, shape (3, 5)", "rows": "row", "columns": "input", "tolerance": 1e-8,
    "values": [[0.0, 0.0, 3.1e-7, 0.0, 0.0], [2e-16, 0.0, 4.4e-4, 1e-16, 0.0], [0.0, 0.0, 0.0271, 0.0, 0.0]],
})  # fmt: skip
PARAMETERS = Evidence("parameters", {
    "rows": [{"name": "linear.weight", "shape": "(28, 12)", "count": 336}, {"name": "linear.bias", "shape": "(28,)", "count": 28},
             {"name": "peephole", "shape": "(7,)", "count": 7}],
    "total": 371, "expected": "364 (one bias) or 392 (two biases)",
})  # fmt: skip
CURVES = Evidence("curves", {
    "title": "accuracy by epoch", "x": "epoch",
    "series": [{"name": "train", "values": [0.52, 0.56, 0.63, 0.71, 0.78, 0.83, 0.87, 0.9, 0.92, 0.94]},
               {"name": "valid", "values": [0.5, 0.53, 0.58, 0.64, 0.68, 0.7, 0.71, 0.7, 0.71, 0.7]}],
    "band": {"name": "reference, 30 seeds (validation)", "low": [0.5, 0.55, 0.64, 0.74, 0.8, 0.83, 0.84, 0.85, 0.85, 0.85],
             "high": [0.6, 0.7, 0.8, 0.88, 0.92, 0.94, 0.95, 0.96, 0.97, 0.97]},
})  # fmt: skip
SHAPES = Evidence("shapes", {"rows": [
    {"what": "output", "expected": "(3, 2)", "got": "(3, 2)", "ok": True},
    {"what": "hidden_states[0]", "expected": "(3, 4)", "got": "(3, 1, 4)", "ok": False},
    {"what": "len(hidden_states)", "expected": "7", "got": "7", "ok": True}]})  # fmt: skip
TRACEBACK = Evidence("traceback", {
    "exception": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x7 and 14x2)",
    "frames": [{"file": "bilstm.py", "line": 24, "function": "BiLSTM.forward", "code": "return self.head(last)"},
               {"file": "layers.py", "line": 9, "function": "Head.forward", "code": "return self.fc(self.drop(h))"}],
})  # fmt: skip
OUTPUT = Evidence("output", {"text": "\x1b[32mepoch 1\x1b[0m loss 0.693\nepoch 2 loss 0.671\n", "truncated": 10_400_000})
TABLE = Evidence("table", {"columns": ["gate", "reached by x", "reached by h"], "rows": [
    ["reset", "yes", "yes"], ["update", "yes", "no"], ["candidate", "yes", "yes"]]})  # fmt: skip
ANSWER = Evidence("answer", {"markdown": "The graph is **unrolled** over three steps:\n\n    x1 -> h1 -> h2 -> h3 -> y\n\nThe same "
    "`W_hh` is used in each, so the number of weights does not grow with the length, and what is learned at one position "
    "holds at the others."})  # fmt: skip

ADA: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("vanilla_rnn", "shapes"): {
        "outcome": Outcome.FAILED, "message": "hidden_states[0]: expected (3, 4), got (3, 1, 4)", "evidence": (SHAPES,),
        "hint": "x[:, t:t+1] keeps the time axis, x[:, t] drops it."},
    ("vanilla_rnn", "forward"): {"outcome": Outcome.SKIPPED, "waits_for": "shapes"},
    ("vanilla_rnn", "gradients"): {"outcome": Outcome.SKIPPED, "waits_for": "forward"},
    ("lstm_cell", "parameters"): {
        "outcome": Outcome.FAILED, "message": "371 numbers; expected 364 (one bias) or 392 (two biases)",
        "hint": "peephole does not change any output of the forward pass: is it a left-over?", "evidence": (PARAMETERS,)},
    ("lstm_cell", "forward"): {
        "outcome": Outcome.FAILED, "message": "h: 21 of 21 values differ; the largest difference is 0.213, at row 0, unit 2",
        "hint": "c is right and h is not: h is o · tanh(c). What do you multiply o with?", "evidence": (ERRORS,),
        "mistake": MistakeName("lstm-no-tanh-on-c", "no tanh on the cell state")},
    ("lstm_cell", "gradients"): {
        "outcome": Outcome.FAILED, "message": "gradient of x: 3 of 15 values differ; the largest difference is 0.0271, at row 2, input 2",
        "hint": "Mend the forward pass first: its gradient follows.", "evidence": (GRADIENT_ERRORS,),
        "mistake": MistakeName("lstm-no-tanh-on-c", "no tanh on the cell state")},
    ("lstm_cell", "from_scratch"): {"self_reported": True},
    ("gru_cell", "forward"): {
        "notes": ("The update gate is the complement of the handout's z: h = z ⊙ h + (1 − z) ⊙ h̃. The same family of functions; accepted.",)},
    ("bilstm", "forward"): {
        "outcome": Outcome.CRASHED, "message": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x7 and 14x2)\n"
        "Smallest case that shows it: batch=3, time=7, hidden_size=7, num_layers=2.",
        "hint": "fc expects 2 · hidden_size numbers: forward and backward state, concatenated. Print h_n.shape.", "evidence": (TRACEBACK, OUTPUT)},
    ("bilstm", "both_ways"): {"outcome": Outcome.SKIPPED, "waits_for": "forward"},
    ("vanishing_gradient", "states"): {
        "outcome": Outcome.CRASHED, "message": "no answer within 10 s; stopped",
        "hint": "torch.autograd.grad in a loop over t builds the graph T times: call retain_grad() on each state and go backward once."},
    ("compare_architectures", "table"): {"outcome": Outcome.UNATTEMPTED, "message": "compare_architectures still raises NotImplementedError"},
    ("build_vocab", "contiguous"): {
        "outcome": Outcome.FAILED, "message": "with min_freq=2 the ids are 0, 1, 2, 5, 9: holes at 3, 4, 6 …",
        "hint": "Filter by frequency first, number the words afterwards.", "mistake": MistakeName("vocab-holes", "words are numbered before the rare ones are dropped")},
    ("train_epoch", "steps"): {
        "outcome": Outcome.FAILED, "message": "after two batches fc.weight is off by up to 0.0041; after one batch it is right",
        "hint": "Right after one step and wrong after two: the first gradient is still there.", "mistake": MistakeName("no-zero-grad", "gradients are never set to zero")},
    ("train_epoch", "mode"): {"self_reported": True},
    ("evaluate", "values"): {"outcome": Outcome.VOID, "message": "the reference gave no observation for this case"},
    ("trained_accuracy", "learns"): {
        "outcome": Outcome.FAILED, "message": "accuracy is 0.706 on 600 hidden sentences (best of 3 seeds); expected at least 0.75",
        "hint": "Training accuracy rises to 0.94 and validation stays at 0.70: the network learns the sentences by heart. Fewer epochs, or dropout.", "evidence": (CURVES,)},
    ("improved_classifier", "baseline"): {"outcome": Outcome.SKIPPED, "waits_for": "compare_architectures"},
    ("improved_classifier", "better"): {"outcome": Outcome.SKIPPED, "waits_for": "baseline"},
    ("word_importance", "ranks"): {"outcome": Outcome.UNATTEMPTED},
    ("written_rnn", "answer"): {"evidence": (ANSWER,)},
    ("written_architectures", "answer"): {"evidence": (Evidence("answer", {"markdown": ""}),)},
    ("gru_cell", "gradients"): {
        "outcome": Outcome.FAILED, "message": "no gradient reaches h through the update gate",
        "hint": "h.detach() or h.data cuts the graph: use h as it is.", "evidence": (TABLE,)},
}  # fmt: skip


def grade(student: str, changes: Mapping[tuple[str, str], Mapping[str, Any]], **fields: Any) -> Grade:
    """A grade in which every check passed, but for ``changes``: (exercise, check) -> fields of the finding."""
    exercises = []
    for exercise, title, checks in EXERCISES:
        findings = []
        for check, kind, possible, claim in checks:
            given = dict(changes.get((exercise, check), {}))
            outcome = given.pop("outcome", Outcome.PENDING if kind == "written" else Outcome.PASSED)
            points = {Outcome.PASSED: possible, Outcome.VOID: possible, Outcome.PENDING: None}.get(outcome, 0)
            bonus = (exercise, check) == ("improved_classifier", "better")
            findings.append(Finding(check, claim, outcome, points, possible, kind=kind, bonus=bonus, seconds=0.004, **given))
        exercises.append(ExerciseGrade(exercise, title, tuple(findings)))
    defaults: dict[str, Any] = {
        "assignment": "rnn", "title": "Recurrent networks: from cells to a sentiment classifier", "submission": "sha256:" + "4be1c0d97f2a" * 5 + "9c3e",
        "graded_at": "2026-11-23T03:38:38+00:00", "isolation": "full", "seconds": {"total": 4.81, "student": 4.52},
        "versions": {"python": "3.11.7", "torch": "2.13.0", "numpy": "2.3.4", "autograder": "0.1.0"}, "seed": "a41c-0007", "handout": "2026.1",
        "digests": {"assignment": "sha256:0d52f1", "environment": "sha256:77ab02"}, "files": ("vanilla_rnn.py", "lstm.py", "bilstm.py", "layers.py", "work.ipynb"),
    }  # fmt: skip
    return Grade(student=student, exercises=tuple(exercises), **defaults | fields)


def every(outcome: Outcome, **fields: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The same outcome for every check that is not written."""
    return {(e, c): {"outcome": outcome, **fields} for e, _, checks in EXERCISES for c, kind, *_ in checks if kind != "written"}


def ada() -> Grade:
    """The one to look at: something of everything."""
    problem = Problem("work.ipynb, cell 7", "this cell was left out: unexpected indent", line=3, code="    return torch.stack(outputs)",
                      hint="The line is indented further than the one before it.", names=("compare_architectures",))  # fmt: skip
    return grade("Ada Osei", ADA, problems=(problem,), output="Using device: cpu\nvocabulary: 412 words\n",
                 notes=("Handed in twice: the later upload was graded.",))  # fmt: skip


def perfect() -> Grade:
    """Full marks and the bonus."""
    return grade("Lin Wei", {("trained_accuracy", "learns"): {"evidence": (CURVES,)}})


def untouched() -> Grade:
    """Every stub as it was handed out."""
    return grade("Sam Taylor", every(Outcome.UNATTEMPTED))


def broken() -> Grade:
    """A syntax error in the only file: nothing could run."""
    problem = Problem("rnn.py", "SyntaxError: '(' was never closed", line=41, code="        h = torch.tanh(self.W_xh(x_t) + self.W_hh(h)",
                      hint="Count the brackets of this line.", names=("VanillaRNN", "LSTMCell", "GRUCell"), fatal=True)  # fmt: skip
    return grade("Noor Haddad", every(Outcome.CRASHED, message="VanillaRNN is not defined: rnn.py could not be read"), problems=(problem,))


def hostile() -> Grade:
    """Markup, formulas, terminal codes and reordering characters wherever a submission can put text."""
    script = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
    tricks = f"{script} \x1b[31mred\x1b[0m \x00 \u202egnp.exe {{{{ 7 * 7 }}}} ]]> --> </style></title>"
    frames = [{"file": tricks, "line": 1, "function": script, "code": f"raise ValueError({script!r})"}]
    evidence = (
        Evidence("traceback", {"exception": tricks, "frames": frames}),
        Evidence("output", {"text": tricks * 400 + "x" * 5000, "truncated": 10}),
        Evidence("errors", {"title": script, "rows": script, "columns": script, "values": [[float("nan"), 1e300, 0.0]], "tolerance": 0}),
        Evidence("curves", {"title": script, "x": script, "series": [{"name": script, "values": [0.1, None, 1e308, 0.4]}], "band": None}),
        Evidence("table", {"columns": [script, "b"], "rows": [[script]]}),
        Evidence("shapes", {"rows": [{"what": script, "expected": script, "got": "x" * 500, "ok": "yes"}, 7]}),
        Evidence("parameters", {"rows": [{"name": "w" * 300, "shape": script, "count": script}], "total": script, "expected": script}),
        Evidence(script, {"rows": None}),
    )  # fmt: skip
    changes = dict(ADA) | {
        ("lstm_cell", "forward"): {"outcome": Outcome.CRASHED, "message": tricks, "hint": script, "evidence": evidence, "mistake": MistakeName("m", script)},
        ("gru_cell", "forward"): {"outcome": Outcome.SKIPPED, "waits_for": script, "notes": (tricks,)},
        ("written_rnn", "answer"): {"evidence": (Evidence("answer", {"markdown": tricks}),)},
    }  # fmt: skip
    problem = Problem(tricks, script, line=3, code=script, hint=script, names=(script,))
    return grade(f"=HYPERLINK(\"http://example.org\") {script}", changes, problems=(problem,), notes=(tricks,), output=tricks,
                 files=(script,), versions={script: script}, digests={script: script}, seed=script, handout=script, isolation=script)  # fmt: skip


def students() -> list[Grade]:
    """The named samples and a few dozen more, drawn with a fixed seed: a class of usual size."""
    draw = random.Random(7)
    slips = [key for key, value in ADA.items() if value.get("outcome") in (Outcome.FAILED, Outcome.CRASHED, Outcome.UNATTEMPTED)]
    names = ["Amara", "Ben", "Chiara", "Dmitri", "Elif", "Farid", "Grete", "Hana", "Ivo", "Jia", "Kofi", "Lucía", "Mei", "Nils", "Oumar", "Priya",
             "Quinn", "Rosa", "Søren", "Tomás", "Uma", "Viktor", "Wanjiru", "Yusuf", "Zofia"]  # fmt: skip
    others = []
    for name in names:
        found = [key for key in slips if draw.random() < draw.choice((0.05, 0.15, 0.45))]
        others.append(replace(grade(name, {key: ADA[key] for key in found}), submission=f"sha256:{draw.getrandbits(256):064x}"))
    return [ada(), perfect(), untouched(), broken(), *others]
