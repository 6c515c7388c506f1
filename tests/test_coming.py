"""Requests that are said beforehand: they are answered together, and each as if it had been asked by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import submission

from autograder.case import Case
from autograder.model import Crash, Limits, Observation, Reply
from autograder.sandbox.coming import Coming
from autograder.sandbox.host import ZygoteSandbox, ZygoteSession
from autograder.sandbox.request import Request
from autograder.sandbox.ward import TOGETHER, Ward
from autograder.transcript import Recording

PROBES = Path(__file__).parent / "data" / "probes_demo"
BRIEF = Limits(0.5, 5.0)
CODE = """
    import os, signal, time

    calls = []

    def number(x):
        calls.append(x)
        return [x, len(calls)]

    def says(x):
        print("said", x)
        return x

    def ends():
        os._exit(3)

    def loops():
        while True:
            pass

    def killed():
        os.kill(os.getpid(), signal.SIGKILL)
    """


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES) as made:
        yield made


@pytest.fixture
def session(sandbox: ZygoteSandbox) -> Iterator[ZygoteSession]:
    made = sandbox.open(submission(work=CODE))
    yield made
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages went out together, each time."""
    counts: list[int] = []
    send = Ward.send

    def counted(ward: Ward, messages: Sequence[Any], limits: Limits) -> int:
        counts.append(send(ward, messages, limits))
        return counts[-1]

    monkeypatch.setattr(Ward, "send", counted)
    return counts


def call(name: str, *arguments: Any, limits: Limits = Limits(), **more: Any) -> Request:  # noqa: B008  # frozen
    return Request("call", Case(values={"name": name, "arguments": list(arguments)}, **more), limits=limits)


def result(reply: Reply) -> Any:
    return reply.values["result"] if isinstance(reply, Observation) else reply.kind


def test_what_was_said_beforehand_goes_out_once(session: ZygoteSession, sent: list[int]) -> None:
    requests = [call("number", n) for n in range(5)]
    session.ahead(requests)
    assert sent == []
    assert [result(session.ask(request)) for request in requests] == [[n, n + 1] for n in range(5)]
    assert sent == [5]


def test_another_request_in_between_is_asked_by_itself(session: ZygoteSession, sent: list[int]) -> None:
    session.ahead([call("number", 1), call("number", 2)])
    replies = [session.ask(call("number", n)) for n in (7, 1, 8, 2)]
    assert [result(reply) for reply in replies] == [[7, 1], [1, 2], [8, 4], [2, 3]]
    assert sent == [1, 2, 1]


def test_what_was_passed_over_is_not_run(session: ZygoteSession, sent: list[int]) -> None:
    session.ahead([call("number", n) for n in range(4)])
    assert result(session.ask(call("number", 2))) == [2, 1]
    assert result(session.ask(call("number", 3))) == [3, 2]
    assert result(session.ask(call("number", 0))) == [0, 3]
    assert sent == [2, 1]


def test_the_same_request_again_is_run_again(session: ZygoteSession) -> None:
    session.ahead([call("number", 1)])
    assert [result(session.ask(call("number", 1))) for _ in range(2)] == [[1, 1], [1, 2]]


@pytest.mark.parametrize(("name", "kind"), [("ends", "died"), ("killed", "died"), ("loops", "deadline")])
def test_what_ends_the_process_costs_itself_alone(
    session: ZygoteSession, sent: list[int], name: str, kind: str
) -> None:
    requests = [call("number", 1), call(name, limits=BRIEF), call("number", 2), call("number", 3)]
    session.ahead(requests)
    assert [result(session.ask(request)) for request in requests] == [[1, 1], kind, [2, 1], [3, 2]]
    assert sent[0] == 4
    assert sent[-1] == 2  # the last two, by another process


def test_a_deadline_says_where_as_always(session: ZygoteSession) -> None:
    requests = [call("number", 1), call("loops", limits=BRIEF)]
    session.ahead(requests)
    crash = [session.ask(request) for request in requests][1]
    assert isinstance(crash, Crash)
    assert "`loops` (work.py, line " in crash.message


def test_each_has_the_whole_of_its_time(sandbox: ZygoteSandbox) -> None:
    code = """
        import time

        def works(x):
            end = time.process_time() + 0.3
            while time.process_time() < end:
                pass
            return x
        """
    requests = [call("works", n, limits=BRIEF) for n in range(4)]
    session = sandbox.open(submission(work=code))
    session.ahead(requests)
    assert [result(session.ask(request)) for request in requests] == [0, 1, 2, 3]


def test_what_is_printed_belongs_to_its_request(session: ZygoteSession) -> None:
    requests = [call("says", n) for n in range(20)]
    session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    assert [reply.output for reply in replies] == [f"said {n}\n" for n in range(20)]
    assert session.ask(call("says", "more")).output == "said more\n"


def test_large_requests_go_out_in_several_portions(session: ZygoteSession, sent: list[int]) -> None:
    requests = [
        Request("echo", Case(arrays={"array": np.full((TOGETHER // 4) // 8, n, dtype=np.float64)})) for n in range(7)
    ]
    session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    assert [reply.values["array"][0] for reply in replies if isinstance(reply, Observation)] == list(range(7))
    assert sent == [3, 3, 1]


def test_large_replies_do_not_block_what_is_sent(sandbox: ZygoteSandbox) -> None:
    code = "import torch\ndef large(x):\n    return torch.full((300_000,), float(x))\n"
    requests = [call("large", n) for n in range(20)]
    session = sandbox.open(submission(work=code))
    session.ahead(requests)
    found = [session.ask(request) for request in requests]
    assert [float(result(reply)[-1]) for reply in found] == list(range(20))


def test_a_request_with_stand_ins_waits_for_its_own_process(session: ZygoteSession, sent: list[int]) -> None:
    with_help = Request("double", Case(), ("double",))
    session.ahead([with_help, call("number", 1)])
    assert isinstance(session.ask(with_help), Observation)
    assert result(session.ask(call("number", 1))) == [1, 1]
    assert sent == [1, 1, 1]  # the files for the other process, and both requests


def test_who_answers_what_was_not_answered_yet_answers_for_itself_and_is_found_out(sandbox: ZygoteSandbox) -> None:
    code = """
        import os
        from autograder.sandbox import wire

        def fine(x):
            return x

        def forge():
            for number in (3, 4, 5):
                os.write(3, wire.prefixed(wire.encode({"id": number, "kind": "observation", ":result": 99})))
            return 1
        """
    session = sandbox.open(submission(work=code))
    requests = [call("fine", 1), call("forge"), call("fine", 2), call("fine", 3), call("fine", 4)]
    session.ahead(requests[:4])
    replies = [result(session.ask(request)) for request in requests]
    session.close()
    assert replies == [1, 99, 99, 99, "protocol"]


def test_a_probe_that_is_not_there_stays_a_fault_of_ours_and_costs_the_others_nothing(session: ZygoteSession) -> None:
    requests = [call("number", 1), Request("no_such_probe", Case()), call("number", 2)]
    session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    assert [result(reply) for reply in replies] == [[1, 1], "engine", [2, 2]]


def test_a_transcript_keeps_only_what_was_asked(session: ZygoteSession) -> None:
    recording = Recording(session)
    recording.ahead([call("number", n) for n in range(3)])
    recording.ask(call("number", 0))
    assert len(recording.transcript.replies) == 1


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), max_size=30))
def test_every_request_gets_its_own_reply_whatever_was_expected(expected: list[int], asked: list[int]) -> None:
    coming, requests = Coming(), [call("f", n) for n in range(10)]
    coming.expect(requests[n] for n in expected)
    for number in asked:
        known = coming.answered(requests[number])
        if known is None:
            together = coming.with_it(requests[number])
            assert together[0] is requests[number]
            known = coming.keep(
                together, [Observation({"result": one.case.values["arguments"][0]}) for one in together[:3]]
            )
        assert result(known) == number
