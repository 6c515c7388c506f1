"""``torch._dynamo`` is loaded only for what compiles, and then means what it always means."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from made import submission

from autograder.case import Case
from autograder.model import Limits, Observation
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.local import LocalSandbox
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox

ROOT = Path(__file__).resolve().parents[1]
PROBES = Path(__file__).parent / "data" / "probes_demo"
BEGIN = """
import sys, torch
torch.set_num_threads(1)
def loaded():
    return "torch._dynamo.eval_frame" in sys.modules
def train(make, **options):
    torch.manual_seed(3)
    model = torch.nn.LSTM(3, 4, num_layers=2, dropout=0.2)
    made = make(model.parameters(), lr=0.05, **options)
    schedule = torch.optim.lr_scheduler.StepLR(made, 2)
    for _ in range(4):
        made.zero_grad()
        loss = model(torch.randn(5, 2, 3))[0].pow(2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        made.step()
        schedule.step()
        made.load_state_dict(made.state_dict())
    return [loss.item().hex(), *(p.detach().double().sum().item().hex() for p in model.parameters())]
"""
STAND_IN = "from autograder.sandbox import compiler\ncompiler.stand_in()\nheld = torch._dynamo\n"
TRAINED = """
import torch, sys
def work():
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.Adam([weight], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        weight.pow(2).sum().backward()
        optimizer.step()
    return [weight.sum().item(), "torch._dyn" + "amo.eval_frame" in sys.modules]
"""
COMPILED = """
import torch
def work():
    return torch.compile(lambda x: x.sin() + 1, backend="eager")(torch.ones(3)).tolist()
"""
REQUEST = Request("call", Case(values={"name": "work", "arguments": []}), limits=Limits(60.0, 60.0))


def run(*lines: str, stand_in: bool = True) -> str:
    """What this prints in a fresh Python, with or without a stand-in."""
    code = BEGIN + STAND_IN * stand_in + "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("make", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_training_loads_nothing_and_gives_the_same_to_the_bit(make: str) -> None:
    trains = f"print(train(torch.optim.{make}))"

    with_it, without = run(trains, "print(loaded())"), run(trains, "print(loaded())", stand_in=False)

    assert with_it.splitlines() == [without.splitlines()[0], "False"]


def test_importing_it_and_walking_over_all_modules_load_nothing() -> None:
    said = run(
        "import inspect, warnings, importlib.util, torch._dynamo",
        "from torch import _dynamo",
        "import torch._dynamo as again",
        "inspect.getmodule(inspect.currentframe())",
        "found = [getattr(module, '__warningregistry__', None) for module in list(sys.modules.values())]",
        "print(again is held, importlib.util.find_spec('torch._dynamo').origin == again.__file__, loaded())",
    )

    assert said == "True True False\n"


USES = {
    "a part": "import torch._dynamo.config as part; assert sys.modules['torch._dynamo.config'] is part is held.config",
    "a rare part": "import torch._dynamo.debug_utils as part; assert held.debug_utils is part",
    "a name": "from torch._dynamo import optimize; assert optimize is held.optimize",
    "a name that stood in": "from torch._dynamo import graph_break; assert graph_break is held.decorators.graph_break",
    "a setting": "torch._dynamo.config.suppress_errors = True; assert held.config.suppress_errors",
    "its own setting": "torch._dynamo.mine = 1; assert vars(held)['mine'] == 1 and held.optimize",
    "its names": "assert 'optimize' in dir(torch._dynamo)",
    "disable": "assert torch._dynamo.disable(len)([1]) == 1; assert torch.compiler.disable()(len)([1]) == 1",
    "a gradient of a function": "print(torch.func.grad(lambda x: x.sin())(torch.ones(())))",
    "checkpoints": (
        "from torch.utils.checkpoint import checkpoint; x = torch.ones(2, requires_grad=True); "
        "checkpoint(torch.sin, x, use_reentrant=False).sum().backward()"
    ),
    "compiling": "print(torch.compile(lambda x: x.sin() + 1, backend='eager')(torch.ones(2)))",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_other_uses_load_the_real_one_into_what_stood_in(use: str) -> None:
    said = run(
        use,
        "print(type(held).__name__, held is torch._dynamo is sys.modules['torch._dynamo'], loaded())",
        "print(held.__path__ == held.__spec__.submodule_search_locations, callable(held.graph_break))",
    )

    assert said.splitlines()[-2:] == ["module True True", "True True"]


def test_what_does_not_exist_is_missed_as_ever() -> None:
    said = run(
        "try:\n    torch._dynamo.nothing\nexcept AttributeError as error:\n    print(error)",
        "try:\n    import torch._dynamo.nothing\nexcept ModuleNotFoundError as error:\n    print(error)",
    )

    assert said.splitlines() == [
        "module 'torch._dynamo' has no attribute 'nothing'",
        "No module named 'torch._dynamo.nothing'",
    ]


@pytest.mark.parametrize("first", ["train", "compile"])
def test_training_and_compiling_mix_in_either_order(first: str) -> None:
    compiles = "print(torch.compile(lambda x: x.sin() + 1, backend='eager')(torch.ones(2)).tolist())"
    trains = "print(train(torch.optim.Adam))"
    lines = [trains, compiles, trains] if first == "train" else [compiles, trains]
    # a step inside of what is compiled, where the optimizer's own functions are left alone
    lines += [
        "weight = torch.nn.Parameter(torch.ones(2))",
        "made = torch.optim.SGD([weight], lr=0.5)",
        "@torch.compile(backend='eager')\ndef step():",
        "    made.step()\n    made.zero_grad()\n",
        "for _ in range(2):\n    weight.pow(2).sum().backward(); step()\n",
        "made.add_param_group({'params': [torch.nn.Parameter(torch.ones(1))]})",
        "kept = vars(torch.optim.Optimizer.add_param_group.__wrapped__)['__dynamo_disable']",
        "print(weight.tolist(), kept._torchdynamo_disable)",
    ]

    assert run(*lines) == run(*lines, stand_in=False)


def test_threads_that_want_it_at_once_all_get_it_whole() -> None:
    said = run(
        "import threading",
        "sys.setswitchinterval(1e-5)",
        "seen, together = [], threading.Barrier(8)",
        "def want(number):",
        "    together.wait()",
        "    try:",
        "        if number % 4 == 0:",
        "            import torch._dynamo as mine; seen.append(mine.config.__name__)",
        "        elif number % 4 == 1:",
        "            from torch._dynamo import optimize; seen.append(optimize.__name__)",
        "        elif number % 4 == 2:",
        "            seen.append(held.eval_frame.__name__)",
        "        else:",
        "            for _ in range(50):",
        "                torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1).step()",
        "            seen.append('trained')",
        "    except BaseException as error:",
        "        seen.append(repr(error))",
        "threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]",
        "[thread.start() for thread in threads]",
        "[thread.join() for thread in threads]",
        "print(*sorted(seen), type(held).__name__)",
    )

    names = ["optimize", "torch._dynamo.config", "torch._dynamo.eval_frame", "trained"]
    assert said.split() == [name for name in names for _ in range(2)] + ["module"]


def test_importing_the_package_puts_no_stand_in_anywhere() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, autograder, autograder.notebook, autograder.pytest_plugin\n"
         "import autograder.sandbox.trusted\nprint('torch._dynamo' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "False\n"


@pytest.mark.skipif(sys.platform != "linux", reason="zygotes are Linux's")
@pytest.mark.parametrize("level", ["none", "reduced", "full"])
def test_in_the_sandbox_training_loads_nothing_and_compiling_works(level: str) -> None:
    # act
    with ZygoteSandbox(PROBES, level) as sandbox:
        trained = sandbox.open(submission(work=TRAINED)).ask(REQUEST)
        compiled = sandbox.open(submission(work=COMPILED)).ask(REQUEST)
        hidden = sandbox.open(submission(work=COMPILED.replace("torch.compile", 'getattr(torch, "comp" "ile")')))
        unforeseen = hidden.ask(REQUEST)

    # assert
    for reply in (trained, compiled, unforeseen):
        assert isinstance(reply, Observation), reply
    assert trained.values["result"][1] is False
    assert compiled.values["result"] == unforeseen.values["result"] == (torch.ones(3).sin() + 1).tolist()


def test_on_a_students_machine_training_loads_nothing() -> None:
    with LocalSandbox(PROBES) as sandbox:
        reply = sandbox.open(submission(work=TRAINED)).ask(REQUEST)

    assert isinstance(reply, Observation), reply
    assert reply.values["result"][1] is False


def test_the_reference_trains_as_a_submission_does() -> None:
    with LocalSandbox(PROBES) as local:
        elsewhere = local.open(submission(work=TRAINED)).ask(REQUEST)
    here = TrustedSandbox(PROBES).open(submission(work=TRAINED)).ask(REQUEST)

    assert here.values["result"][0] == elsewhere.values["result"][0]


def test_judging_the_shipped_assignment_loads_neither_the_compiler_nor_its_algebra() -> None:
    """Every child would pay for it: what is imported only there is thrown away with it."""
    code = f"""
        import sys
        from pathlib import Path
        from autograder import assignment, intake, pipeline
        from autograder.grading import Grading
        from autograder.sandbox.compiler import StandIn
        from autograder.seeds import Seeds

        rnn = assignment.load(Path({str(ROOT)!r}), "rnn")
        course = pipeline.prepare(rnn, Seeds(b"imports"))
        reference = intake.receive([rnn.reference], rnn.exercises, mode="single").entries[0].read()
        judged = Grading(rnn, reference, course.reference.session, course.reference, course.seeds)
        for exercise in rnn.exercises:
            if not exercise.trains:
                judged.exercise(exercise)
        assert "sympy" not in sys.modules
        assert type(sys.modules["torch._dynamo"]) is StandIn
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, cwd=ROOT)
