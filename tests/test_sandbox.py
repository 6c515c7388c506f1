"""What both sandboxes promise alike: the trusted one in this process, the full one in another."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made import submission

from autograder.case import Case
from autograder.model import Crash, Observation, Reply, Submission
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Request, Sandbox
from autograder.sandbox.trusted import TrustedSandbox

PROBES = Path(__file__).parent / "data" / "probes_demo"
STUBS = {"double": ("double",), "scaler": ("Scaler",)}

DOUBLE = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module", params=["trusted", "full"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    make: Any = TrustedSandbox if request.param == "trusted" else ZygoteSandbox
    with make(PROBES, stubs=STUBS) as made:
        yield made


def ask(sandbox: Sandbox, handed_in: Submission, probe: str = "double", stand_ins: Any = (), **case: Any) -> Reply:
    session = sandbox.open(handed_in)
    try:
        return session.ask(Request(probe, Case(**case), tuple(stand_ins)))
    finally:
        session.close()


def call(sandbox: Sandbox, handed_in: Submission, name: str, *arguments: Any, stand_ins: Any = ()) -> Any:
    """What ``name(*arguments)`` of the submission gives: the value, or the Crash."""
    values = {"name": name, "arguments": list(arguments)}
    reply = ask(sandbox, handed_in, "call", stand_ins, values=values)
    return reply.values["result"] if isinstance(reply, Observation) else reply


def loaded(sandbox: Sandbox, handed_in: Submission) -> Any:
    session = sandbox.open(handed_in)
    try:
        reply = session.loaded
        assert isinstance(reply, Observation), reply
        return reply.values
    finally:
        session.close()


def test_a_probe_gives_an_observation_of_plain_values(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(double=DOUBLE), seed=7)
    assert isinstance(reply, Observation)
    assert list(reply.values) == ["result", "seed"]
    assert reply.values["result"].tobytes() == (2 * Case(seed=7).normal("x", 4)).numpy().tobytes()


def test_sizes_values_and_arrays_of_the_case_arrive(sandbox: Sandbox) -> None:
    given = np.arange(6.0).reshape(2, 3)
    reply = ask(sandbox, submission(), "echo", sizes={"batch": 3}, values={"a": [1]}, arrays={"array": given})
    assert reply.values["array"].tolist() == given.tolist()
    assert reply.values["sizes"] == {"batch": 3}
    assert reply.values["values"] == {"a": [1]}


def test_a_module_is_built_and_differentiated(sandbox: Sandbox) -> None:
    code = """
        import torch
        from torch import nn
        class Scaler(nn.Module):
            def __init__(self, size):
                super().__init__()
                self.w = nn.Parameter(torch.ones(size))
            def forward(self, x):
                return self.w * x + torch.zeros(3, 1)
        """
    reply = ask(sandbox, submission(scaler=code), "parity", sizes={"size": 4}, arrays={"weight:w": np.arange(4.0)})
    assert isinstance(reply, Observation), reply
    assert reply.values["out:y"].dtype == np.float64
    assert reply.values["grad:w"].shape == (4,)


def test_an_exception_names_the_students_own_frames_and_no_others(sandbox: Sandbox) -> None:
    code = """
        import torch
        class Part:
            def run(self, x):
                return x @ torch.ones(9)
        def double(x):
            return Part().run(x)
        """
    reply = ask(sandbox, submission(double=code))
    assert isinstance(reply, Crash)
    assert (reply.kind, reply.exception) == ("exception", "RuntimeError")
    assert [(f.file, f.line, f.function) for f in reply.frames] == [
        ("double.py", 7, "double"),
        ("double.py", 5, "Part.run"),
    ]
    assert reply.frames[1].code == "return x @ torch.ones(9)"


def test_lines_of_a_notebook_are_those_of_its_cell(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(nb_work="import torch\n\n\ndef double(x):\n    return x.nothing\n"))
    assert [(f.file, f.line, f.code) for f in reply.frames] == [("nb_work.ipynb, cell 1", 5, "return x.nothing")]


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("raise ValueError('no')", "exception", "no"),
        ("raise NotImplementedError", "exception", ""),
        ("raise MemoryError", "memory", "memory"),
        ("import sys; sys.exit(0)", "died", "exit"),
        ("raise KeyboardInterrupt", "exception", ""),
        ("return object()", "contract", "a(n)? object"),
        ("return 1 + 1j", "contract", "complex"),
        ("return double(x)", "exception", "recursion"),
        ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", "exception", "could not be read"),
    ],
)
def test_each_kind_of_failure_is_named(sandbox: Sandbox, body: str, kind: str, says: str) -> None:
    reply = ask(sandbox, submission(double=f"def double(x):\n    {body}\n"))
    assert isinstance(reply, Crash)
    assert reply.kind == kind
    assert re.search(says, reply.message)


def test_a_contract_error_carries_its_mend(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(double=DOUBLE), "contract")
    assert isinstance(reply, Crash)
    assert (reply.kind, reply.message.endswith("`return 2 * x`.")) == ("contract", True)


def test_a_name_that_nobody_defined_is_missing(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(other="x = 1\n"))
    assert isinstance(reply, Crash)
    assert (reply.kind, reply.message) == ("missing", "double")


def test_a_probe_may_ask_whether_a_name_is_there(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(other="x = 1\n"), "optional", values={"name": "double"})
    assert reply.values == {"there": False, "default": "absent"}


def test_an_unknown_probe_is_our_own_fault(sandbox: Sandbox) -> None:
    reply = ask(sandbox, submission(double=DOUBLE), "tripple")
    assert isinstance(reply, Crash)
    assert reply.kind == "engine"
    assert "double" in reply.message


def test_what_is_printed_belongs_to_its_request(sandbox: Sandbox) -> None:
    session = sandbox.open(submission(double="print('loading')\ndef double(x):\n    print('called')\n    return x\n"))
    first, second = (session.ask(Request("double", Case())) for _ in range(2))
    assert session.loaded.output == "loading\n"
    assert (first.output, second.output) == ("called\n", "called\n")
    session.close()


def test_the_same_request_is_answered_alike_whatever_ran_before(sandbox: Sandbox) -> None:
    code = "import torch, random\ndef draw():\n    return [torch.rand(1).item(), random.random()]"
    session = sandbox.open(submission(draw=code))
    requests = [Request("call", Case(seed=3, values={"name": "draw"})) for _ in range(2)]
    first, second = (session.ask(request) for request in requests)
    other = session.ask(Request("call", Case(seed=4, values={"name": "draw"})))
    session.close()
    assert first.values == second.values
    assert first.values != other.values


# --- loading --------------------------------------------------------------------------------------


def test_files_import_one_another_whatever_their_order(sandbox: Sandbox) -> None:
    files = {
        "a_first": "from z_last import twice\ndef double(x):\n    return twice(x)\n",
        "z_last": "def twice(x):\n    return 2 * x\n",
    }
    assert isinstance(ask(sandbox, submission(**files)), Observation)


def test_a_stub_name_finds_the_definition_in_another_file(sandbox: Sandbox) -> None:
    files = {"scaler": "from double import double\ndef quadruple(x):\n    return double(double(x))\n"}
    assert call(sandbox, submission(**files, my_file=DOUBLE), "quadruple", 3) == 12


def test_a_stub_file_without_its_name_finds_it_elsewhere(sandbox: Sandbox) -> None:
    files = {"double": "", "mine": DOUBLE, "use": "import double\ndef four(x):\n    return double.double(x) * 2\n"}
    assert call(sandbox, submission(**files), "four", 3) == 12


def test_folders_work_as_packages(sandbox: Sandbox) -> None:
    handed_in = submission(
        **{"lib.helper": "def twice(x):\n    return 2 * x\n", "use": "from lib.helper import twice\n"}
    )
    assert call(sandbox, handed_in, "twice", 4) == 8


def test_a_file_named_like_a_library_is_used_but_does_not_replace_it(sandbox: Sandbox) -> None:
    files = {
        "random": "def pick():\n    return 4\n",
        "use": "import random\ndef real():\n    return random.Random(1).randint(0, 9)\n",
    }
    assert call(sandbox, submission(**files), "pick") == 4
    assert call(sandbox, submission(**files), "real") == random.Random(1).randint(0, 9)


def test_an_implemented_definition_wins_then_the_stubs_file_then_the_later_one(sandbox: Sandbox) -> None:
    stub = "def double(x):\n    raise NotImplementedError\n"
    one, two = "def double(x):\n    return 1\n", "def double(x):\n    return 2\n"
    assert call(sandbox, submission(double=stub, other=one), "double", 0) == 1
    assert call(sandbox, submission(double=one, zz=two), "double", 0) == 1
    assert call(sandbox, submission(yy=one, zz=two), "double", 0) == 2
    assert call(sandbox, submission(yy=one, zz="from yy import double\n"), "double", 0) == 1


def test_a_file_that_fails_keeps_its_definitions(sandbox: Sandbox) -> None:
    handed_in = submission(double=DOUBLE + "\nraise ValueError('top level')\n\ndef later():\n    return 5\n")
    values = loaded(sandbox, handed_in)
    assert values["defined"] == ["double", "later"]
    assert values["failures"] == [
        {
            "file": "double.py",
            "line": 4,
            "code": "raise ValueError('top level')",
            "exception": "ValueError",
            "message": "top level",
            "kind": "exception",
            "missing": "",
            "recovered": True,
        }
    ]
    assert call(sandbox, handed_in, "later") == 5


def test_a_failing_cell_of_a_notebook_costs_only_itself(sandbox: Sandbox) -> None:
    values = loaded(sandbox, submission(nb_work=f"x = 1 / 0\n{DOUBLE}\nraise SystemExit\n"))
    assert values["defined"] == ["double"]
    assert [(f["exception"], f["line"], f["recovered"]) for f in values["failures"]] == [
        ("ZeroDivisionError", 1, False),
        ("SystemExit", 5, False),
    ]


def test_a_syntax_error_has_its_line(sandbox: Sandbox) -> None:
    values = loaded(sandbox, submission(broken="x = 1\ndef f(:\n", double=DOUBLE))
    assert values["defined"] == ["double"]
    (failure,) = values["failures"]
    assert (failure["file"], failure["line"], failure["exception"]) == ("broken.py", 2, "SyntaxError")
    assert failure["code"] == "def f(:"


def test_a_missing_package_is_named(sandbox: Sandbox) -> None:
    values = loaded(sandbox, submission(double=f"import tensorflow_of_old.keras\n{DOUBLE}"))
    assert values["defined"] == ["double"]
    assert values["failures"][0]["missing"] == "tensorflow_of_old"


def test_main_blocks_do_not_run_and_dataclasses_work(sandbox: Sandbox) -> None:
    code = """
        from __future__ import annotations
        import dataclasses, inspect
        @dataclasses.dataclass
        class Pair:
            a: int = 1
        def name():
            return [__name__, Pair().a, inspect.getsource(Pair)]
        if __name__ == "__main__":
            raise RuntimeError
        """
    name, one, source = call(sandbox, submission(work=code), "name")
    assert (name, one) == ("work", 1)
    assert source.startswith("@dataclasses.dataclass\nclass Pair:")


# --- stand-ins ------------------------------------------------------------------------------------


def test_a_stand_in_takes_the_place_of_the_students_piece_everywhere(sandbox: Sandbox) -> None:
    files = {
        "double": "def double(x):\n    return 0\n",
        "use": "from double import double\ndef four(x):\n    return double(double(x))\n",
    }
    session = sandbox.open(submission(**files))
    case = Case(values={"name": "four", "arguments": [3]})
    own = session.ask(Request("call", case))
    replaced = session.ask(Request("call", case, ("double",)))
    again = session.ask(Request("call", case))
    session.close()
    assert [reply.values["result"] for reply in (own, replaced, again)] == [0, 12, 0]


def test_a_stand_in_is_there_though_the_student_has_none(sandbox: Sandbox) -> None:
    files = {"use": "from double import double\ndef four(x):\n    return double(double(x))\n"}
    assert call(sandbox, submission(**files), "four", 3, stand_ins=["double"]) == 12


def test_an_unknown_stand_in_is_our_own_fault(sandbox: Sandbox) -> None:
    reply = call(sandbox, submission(double=DOUBLE), "double", 1, stand_ins=["nothing"])
    assert isinstance(reply, Crash)
    assert reply.kind == "engine"


# --- the trusted sandbox alone --------------------------------------------------------------------


def test_the_trusted_sandbox_leaves_this_process_as_it_was() -> None:
    code = "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.manual_seed(1)\n" + DOUBLE
    state, modules = torch.get_rng_state(), set(sys.modules)
    with TrustedSandbox(PROBES) as trusted:
        ask(trusted, submission(double=code))
    assert torch.get_default_dtype() == torch.float32
    assert torch.equal(state, torch.get_rng_state())
    assert "double" not in set(sys.modules) - modules
