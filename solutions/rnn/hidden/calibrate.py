"""Measure the reference and known breaks over many seeds; write calibration.json and the table of the docs.

Run by scripts/calibrate. Takes about ten minutes of one core.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import sys
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[3]
FIGURES = ROOT / "solutions" / "rnn" / "calibration.json"
PAGE = ROOT / "docs" / "calibration.md"
BEGIN, END = "<!-- figures: scripts/calibrate writes what follows -->", "<!-- end of figures -->"
CURVES = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
HIDDEN = 400
STAGES = (
    "build_vocab", "text_to_indices", "sentiment_dataset", "sentiment_lstm", "train_epoch", "evaluate",
    "trained_accuracy",
)  # fmt: skip


def package(name: str, folder: Path) -> None:
    """Make ``import name.module`` find modules in a folder, without running its __init__."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Mean, spread and extremes of some accuracies."""
    array = np.array(values)
    return {
        "runs": len(array),
        "mean": round(float(array.mean()), 4),
        "sd": round(float(array.std(ddof=1)), 4),
        "min": round(float(array.min()), 4),
        "p1": round(float(np.quantile(array, 0.01)), 4),
        "p99": round(float(np.quantile(array, 0.99)), 4),
        "max": round(float(array.max()), 4),
        "accuracies": [round(float(value), 4) for value in array],
    }


def bar(figures: dict[str, Any]) -> float:
    """The reference's first percentile, less three standard deviations of counting 400 texts; floored to 1 %."""
    low = min(figures["p1"], figures["mean"] - 2.33 * figures["sd"])
    return math.floor(100 * (low - 3 * math.sqrt(low * (1 - low) / HIDDEN))) / 100


def luck(accuracies: Sequence[float]) -> tuple[float, float]:
    """When one run is enough for the bonus, and where the mean of two begins: by luck, one of twenty gets it.

    The first is what three of a hundred runs exceed; the second leaves one of twenty pairs for both ways.
    """
    array = np.array(accuracies)
    at_once = round(float(np.quantile(array, 0.97)), 3)
    pairs = np.random.default_rng(0).choice(array, (100_000, 2))
    left = 0.05 - float((pairs[:, 0] >= at_once).mean())
    rest = np.where(pairs[:, 0] >= at_once, 0.0, pairs.mean(axis=1))
    return at_once, round(float(np.quantile(rest, 1 - left)) + 5e-4, 3)


def main() -> None:
    """Measure, decide, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--breaks", type=int, default=10)
    parser.add_argument("--variants", type=int, default=2, help="seeds for each variant of a stage")
    given = parser.parse_args()
    torch.set_num_threads(1)
    sys.path.insert(0, str(ROOT / "solutions" / "rnn" / "source"))
    package("course_hidden", Path(__file__).parent)
    package("course_probes", ROOT / "assignments" / "rnn" / "grading" / "probes")
    modules = [importlib.import_module(n) for n in ("text", "sentiment_lstm", "training", "improved_classifier")]
    code = types.SimpleNamespace(**{name: value for module in modules for name, value in vars(module).items()})
    figures = measure(code, given.seeds, given.breaks, given.variants)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if PAGE.is_file():
        write_table(figures)


def variants() -> dict[str, Any]:
    """Name -> a session of the reference with one stage in another right style."""
    from autograder import assignment, intake
    from autograder.diagnosing import known
    from autograder.sandbox.trusted import TrustedSandbox

    course = assignment.load(ROOT, "rnn")
    reference = intake.receive([course.reference], course.exercises, mode="single").entries[0].read()
    sandbox = TrustedSandbox(course.probes, stubs=course.stubs)
    found = known.variants(course)
    return {one.id: sandbox.open(one.submission(reference)) for stage in STAGES for one in found.get(stage, ())}


def measure(code: Any, seeds: int, few: int, each: int) -> dict[str, Any]:
    """All figures. Seeds of the runs are 1000, 1001, … (variants: 2000, …); each has its own data."""
    probes = importlib.import_module("course_probes.accuracy")
    cases = importlib.import_module("course_hidden.cases")
    breaks = importlib.import_module("course_hidden.breaks")
    case_type = importlib.import_module("autograder.case").Case
    request = importlib.import_module("autograder.sandbox.request").Request

    def score(logits: Any, case: Any) -> float:
        labels = torch.tensor(cases.labels(case)["labels"])
        return float((logits.argmax(dim=1) == labels).float().mean())

    def runs(name: str, count: int, one: Callable[[Any], float], first: int = 1000) -> tuple[dict[str, Any], float]:
        start = time.process_time()
        found = [one(case_type(seed=first + seed)) for seed in range(count)]
        seconds = (time.process_time() - start) / count
        print(
            f"{name:32} mean {np.mean(found):.3f}  min {min(found):.3f}  max {max(found):.3f}  {seconds:.2f} s",
            flush=True,
        )
        return summary(found), seconds

    histories: list[dict[str, Any]] = []

    def reference(case: Any) -> float:
        values = probes.trained_accuracy(code, cases.as_texts(case))
        histories.append(values)
        return score(values["own"], case)

    def pieces(spoilt: Any) -> Callable[[Any], float]:
        def one(case: Any) -> float:
            torch.set_default_dtype(torch.float32)
            values = cases.as_texts(case).values
            model, vocab = probes.train_with_pieces(spoilt, case, values["texts"], values["labels"])
            return score(probes._logits(spoilt, model, vocab, values["hidden_texts"]), case)

        return one

    def shuffled(case: Any) -> float:
        drawn = breaks.shuffled_labels(cases.data(case.seed), case.seed)
        model, vocab = probes.train_with_pieces(code, case, drawn.texts, drawn.labels)
        return score(probes._logits(code, model, vocab, drawn.hidden_texts), case)

    def improved(build: Any) -> Callable[[Any], float]:
        def one(case: Any) -> float:
            return score(probes.train_improved(build, cases.as_ids(case))["logits"], case)

        return one

    def as_improved(size: int, wide: int, hidden: int, classes: int, vectors: Any = None) -> Any:
        return code.SentimentLSTM(size, wide, hidden, classes)

    figures: dict[str, Any] = {"seeds": seeds, "torch": torch.__version__}
    figures["reference"], seconds = runs("reference", seeds, reference)
    figures["seconds"] = round(seconds, 2)
    others = list(variants().values())

    def other(case: Any) -> float:
        """One variant after the other, each time with a seed that no other run has had."""
        reply = others[(case.seed - 2000) % len(others)].ask(request("trained_accuracy", cases.as_texts(case)))
        logits = reply.values["own"] if "own" in reply.values else reply.values["pieces"]
        return score(torch.from_numpy(logits), case)

    figures["variants"] = {**runs("variants of a stage", each * len(others), other, 2000)[0], "styles": len(others)}
    figures["breaks"] = {
        "bag of words, logistic regression": runs(
            "bag of words", few, lambda c: breaks.bag_of_words(cases.data(c.seed))
        )[0],
        "shuffled labels": runs("shuffled labels", few, shuffled)[0],
        **{name: runs(name, few, pieces(spoilt))[0] for name, spoilt in breaks.variants(code).items()},
    }
    figures["threshold"] = min(bar(figures["reference"]), bar(figures["variants"]))
    right = [*figures["reference"]["accuracies"], *figures["variants"]["accuracies"]]
    figures["right"] = {"runs": len(right), "failed": sum(one < figures["threshold"] for one in right)}
    figures["bound"] = round(1 - 0.05 ** (1 / len(right)), 4)
    figures["band"] = {name: band([values[f"history:{name}"] for values in histories]) for name in CURVES}
    baseline, _ = runs(
        "SentimentLSTM in the loop", seeds, improved(types.SimpleNamespace(ImprovedClassifier=as_improved))
    )
    better, _ = runs("ImprovedClassifier", max(few, seeds // 2), improved(code))
    at_once, better_bar = luck(baseline["accuracies"])
    figures["improved"] = {
        "baseline": baseline,
        "reference": better,
        "at_least": bar(baseline),
        "at_once": at_once,
        "better": better_bar,
    }
    return figures


def reaches(figures: dict[str, Any], threshold: float) -> float:
    """The chance that one run of this mean and spread reaches the bar."""
    spread = max(figures["sd"], math.sqrt(0.25 / HIDDEN))
    return 0.5 * math.erfc((threshold - figures["mean"]) / spread / math.sqrt(2))


def band(curves: Sequence[Any]) -> dict[str, list[float]]:
    """What nine of ten runs lie within, epoch by epoch."""
    low, high = np.quantile(np.stack(curves), [0.05, 0.95], axis=0)
    return {"low": [round(float(v), 4) for v in low], "high": [round(float(v), 4) for v in high]}


def write_table(figures: dict[str, Any]) -> None:
    """Replace what stands between the markers of docs/calibration.md."""
    improved = figures["improved"]
    rows = [
        ("reference", figures["reference"]),
        (f"the {figures['variants']['styles']} variants of a stage in turn", figures["variants"]),
        *figures["breaks"].items(),
    ]
    rows += [
        ("`SentimentLSTM` in the grader's loop (E = 50)", improved["baseline"]),
        ("reference of `ImprovedClassifier`", improved["reference"]),
    ]
    lines = ["| run | seeds | mean | sd | lowest | highest |", "| --- | --: | --: | --: | --: | --: |"]
    lines += [
        f"| {name} | {f['runs']} | {f['mean']:.3f} | {f['sd']:.3f} | {f['min']:.3f} | {f['max']:.3f} |"
        for name, f in rows
    ]
    bound = figures["bound"]
    lines += [
        "",
        f"Bar of `trained_accuracy`: **{figures['threshold']:.2f}**. Bars of `improved_classifier`: "
        f"**{improved['at_least']:.2f}** for the points; for the bonus **{improved['better']:.3f}** as the mean of two "
        f"runs, or **{improved['at_once']:.3f}** in the first.",
        "",
        f"{figures['right']['failed']} of {figures['right']['runs']} right runs (reference and variants) failed at one "
        f"seed; where that is none, fewer than {bound:.1%} of all seeds fail with 95 % confidence, and for three "
        f"independent seeds that bounds the chance that a right solution fails by {bound**3:.1e}.",
        "",
        "A broken pipeline is tried three times too. From the mean and spread of its runs, as of a normal "
        "distribution, the chance that the best of three reaches the bar:",
        "",
        "| break | one seed | best of three |",
        "| --- | --: | --: |",
        *(
            f"| {name} | {(one := reaches(f, figures['threshold'])):.1%} | {1 - (1 - one) ** 3:.1%} |"
            for name, f in figures["breaks"].items()
        ),
        "",
        f"One run of the reference took {figures['seconds']:.2f} s of CPU on one core (torch {figures['torch']}).",
    ]
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
