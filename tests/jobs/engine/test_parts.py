"""What is stored is Unicode, JSON and counts, without what must not leave the house."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.jobs.engine.conftest import RUBRIC, Bench, Bot, Grader

from measurand.core.example import Example, ToolCall
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Attempt, Call, ModelReply
from measurand.core.output import Failure, Output, Usage
from measurand.core.rating import Measurement
from measurand.jobs.engine.parts import Parts
from measurand.jobs.engine.rows import orphaned
from measurand.raters.checks import check
from measurand.store.ledger import open_ledger

ADDRESS = "jane@acme.com"
HALF, MARK = "\ud83d", "\ufffd"
ODD = f"{HALF} for {ADDRESS}"
KEPT = f"{MARK} for [email]"
FAILED = Attempt(status="server_error", seconds=0.1, message=ODD)
CALLED = Attempt(status="ok", seconds=0.1, usage=Usage(10, 2), cost=0.5)


def redact(text: str) -> str:
    return text.replace(ADDRESS, "[email]")


PARTS = Parts(systems=(), rubric=RUBRIC, redact=redact)


def test_outputs_are_cleaned_in_all_their_parts() -> None:
    calls = (ToolCall(f"write {ODD}", {ODD: [{ADDRESS: ODD}], "n": 3}),)
    output = Output(example="q", system="s", text=ODD, tool_calls=calls, usage=Usage(10**30))
    stored = PARTS.stored(output)
    kept = (ToolCall(f"write {KEPT}", {KEPT: [{"[email]": KEPT}], "n": 3}),)
    assert (stored.text, stored.tool_calls, stored.usage) == (KEPT, kept, None)
    failed = Output(example="q", system="s", text=None, failure=Failure(HALF, ODD, ODD))
    assert PARTS.stored(failed).failure == Failure(MARK, KEPT, KEPT)


def test_keys_that_become_the_same_lose_nothing() -> None:
    calls = (ToolCall("f", {ADDRESS: 1, "[email]": 2}),)
    output = Output(example="q", system="s", text="", tool_calls=calls)
    (call,) = PARTS.stored(output).tool_calls
    assert call.arguments == {"[email]": 1, "[email] (2)": 2}


def test_arguments_of_outputs_made_by_hand_are_kept_as_they_can_be() -> None:
    calls = (ToolCall("f", {"a": {ADDRESS}}),)
    output = Output(example="q", system="s", text="", tool_calls=calls)
    (call,) = PARTS.stored(output).tool_calls
    assert call.arguments == {"no JSON": "a value of the type set", "text": "{'a': {'[email]'}}"}


def test_calls_are_cleaned_in_all_their_parts() -> None:
    reply = ModelReply(text=ODD, model=HALF, notes=(ODD,), sent={"user": ADDRESS, "seed": 3})
    stored = PARTS.stored_call(Call(model="m", attempts=(FAILED, CALLED), reply=reply))
    assert stored.reply == ModelReply(
        text=KEPT, model=MARK, notes=(KEPT,), sent={"user": "[email]", "seed": 3}
    )
    assert [one.message for one in stored.attempts] == [KEPT, ""]
    lost = PARTS.stored_call(
        Call(model="m", attempts=(FAILED,), failure=Failure("server_error", ODD))
    )
    assert lost.failure == Failure("server_error", KEPT)
    work = orphaned("k", lost, judge="m", version="v", parts=PARTS)
    assert work.calls == (lost,)


def test_counts_that_nobody_can_store_are_not_known() -> None:
    absurd = Attempt(status="ok", seconds=0.1, usage=Usage(10**30), cost=1e20)
    call = Call(model="m", attempts=(CALLED, absurd), reply=ModelReply(text="a"))
    stored = PARTS.stored_call(call)
    assert stored.usage == Usage(10, 2)
    assert stored.cost is None


class Odd(Grader):
    """Quotes half a character, after a failed attempt."""

    async def judge(self, task: BlindTask) -> Judgment:
        reply = ModelReply(text=ODD, notes=(ODD,), model=HALF)
        call = Call(model="sim/judge", attempts=(FAILED, CALLED), reply=reply)
        said = Measurement(4.0, f"{ODD} {task.repeat}", (HALF,))
        return Judgment(measurement=said, failure=None, calls=(call,))


def with_odd_output(bench: Bench) -> None:
    bench.bot = Bot(
        before=lambda example, _: Failure(HALF, ODD, HALF) if example.id == "q2" else None
    )


def with_odd_judge(bench: Bench) -> None:
    bench.grader = Odd()


def with_odd_check(bench: Bench) -> None:
    @check("format", version="1")
    def odd(_example: Example, _output: Output) -> Measurement:
        return Measurement(0.5, ODD)

    bench.checks = (odd,)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (with_odd_output, f"there is no answer: {MARK}: {KEPT}"),
        (with_odd_judge, f"{KEPT} 1; {MARK}"),
        (with_odd_check, KEPT),
    ],
)
def test_one_odd_text_costs_no_other_call(
    bench: Bench, odd: Callable[[Bench], None], reason: str
) -> None:
    bench.redact = redact
    odd(bench)
    bench.run(5)
    with open_ledger(bench.path) as ledger:
        assert ledger.check() == ()
        assert len(ledger.outputs()) == 5
        assert reason in {rating.reason for rating in ledger.ratings()}
    assert ADDRESS.encode() not in bench.path.read_bytes()
