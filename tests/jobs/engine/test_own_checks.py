"""Checks of users' own: none blocks the loop, and each failure has its class."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests.jobs.engine.conftest import RUBRIC

from measurand.core.example import Example
from measurand.core.output import Failure, Output
from measurand.core.rating import Measurement, Rating
from measurand.jobs.check import rate_outputs
from measurand.jobs.engine.own_checks import OwnChecks
from measurand.jobs.engine.rows import check_row
from measurand.raters.checks import check
from measurand.raters.checks.own import FunctionCheck
from measurand.store.ledger import open_ledger
from measurand.systems.threads import Threads

if TYPE_CHECKING:
    from tests.jobs.engine.conftest import Bench

EXAMPLE = Example(id="q1", messages=())
OUTPUT = Output(example="q1", system="s", text="Hi.")


def giving(found: Any) -> FunctionCheck:
    @check("format", version="1", name="mine")
    def own(_example: Example, _output: Output) -> Any:
        if isinstance(found, BaseException):
            raise found
        return found

    return own


def giving_later(found: Any) -> FunctionCheck:
    @check("format", version="1", name="mine")
    async def own(_example: Example, _output: Output) -> Any:
        await asyncio.sleep(0)
        if isinstance(found, BaseException):
            raise found
        return found

    return own


def row(own: FunctionCheck, output: Output = OUTPUT, *, timeout: float = 10) -> Rating:
    return asyncio.run(check_row(EXAMPLE, output, own, rubric=RUBRIC, own=OwnChecks(timeout)))


@pytest.mark.parametrize("made", [giving, giving_later])
@pytest.mark.parametrize(
    ("found", "value", "failure"),
    [
        (0.5, 0.5, None),
        (None, None, None),
        (Measurement(None, "no idea"), None, None),
        (Measurement(None, "no idea", failure="abstained"), None, "abstained"),
        (7, None, "out_of_range"),
        (float("nan"), None, "out_of_range"),
        ("good", None, "out_of_range"),
        ([1], None, "exception"),
        (ValueError("odd"), None, "exception"),
        (SystemExit(1), None, "exception"),
        (GeneratorExit(), None, "exception"),
        (asyncio.CancelledError(), None, "exception"),
        (TimeoutError(), None, "exception"),
    ],
)
def test_what_a_check_gives_has_a_value_or_its_class(
    made: Callable[[Any], FunctionCheck], found: Any, value: float | None, failure: str | None
) -> None:
    told = row(made(found))
    assert (told.value, told.failure) == (value, failure)
    assert (told.value is None) == bool(told.reason)


@pytest.mark.parametrize("found", [KeyboardInterrupt(), StopIteration()])
def test_what_would_end_a_thread_ends_the_call(found: BaseException) -> None:
    told = row(giving(found))
    assert told.failure == "exception"
    assert type(found).__name__ in (told.reason or "")


def test_reasons_are_texts_and_half_a_character_is_marked() -> None:
    odd: Any = (3, ["\ud83d", 4])
    assert row(giving(Measurement(0.5, *odd))).reason == "3; \ufffd; 4"
    assert row(giving(ValueError("\ud83d"))).failure == "exception"


def test_an_output_that_is_not_there_is_no_failure_of_the_check() -> None:
    gone = Output(example="q1", system="s", text=None, failure=Failure("timeout", "late"))
    assert row(giving(7), gone).failure == "no_output"


def test_a_check_that_blocks_is_left_behind_while_others_go_on() -> None:
    release = threading.Event()

    @check("format", version="1")
    def stuck(_example: Example, output: Output) -> bool:
        if output.text == "odd":
            release.wait(20)
        return True

    async def both() -> tuple[Rating, Rating]:
        own = OwnChecks(0.05)
        odd = Output(example="q1", system="s", text="odd")
        late = await check_row(EXAMPLE, odd, stuck, rubric=RUBRIC, own=own)
        good = await check_row(EXAMPLE, OUTPUT, stuck, rubric=RUBRIC, own=own)
        assert own.threads.overdue == 1
        return late, good

    try:
        late, good = asyncio.run(both())
    finally:
        release.set()
    assert (late.value, late.failure) == (None, "timeout")
    assert late.reason == "check.stuck: no answer within 0.05 s"
    assert (good.value, good.failure) == (1.0, None)


def test_the_loop_goes_on_while_a_check_blocks() -> None:
    running, release = threading.Event(), threading.Event()

    @check("format", version="1")
    def slow(_example: Example, _output: Output) -> bool:
        running.set()
        return release.wait(20)

    async def freed() -> Rating:
        rating = asyncio.create_task(check_row(EXAMPLE, OUTPUT, slow, rubric=RUBRIC))
        while not running.is_set():  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.001)
        release.set()
        return await rating

    assert asyncio.run(freed()).value == 1.0


def test_plain_functions_are_called_one_after_another() -> None:
    running: list[int] = []

    @check("format", version="1")
    def counted(_example: Example, _output: Output) -> bool:
        running.append(1)
        alone = len(running) == 1
        time.sleep(0.001)
        running.pop()
        return alone

    async def many() -> list[Rating]:
        own = OwnChecks()
        told = (check_row(EXAMPLE, OUTPUT, counted, rubric=RUBRIC, own=own) for _ in range(10))
        return await asyncio.gather(*told)

    assert {told.value for told in asyncio.run(many())} == {1.0}


def test_an_async_check_ends_in_time() -> None:
    @check("format", version="1")
    async def forever(_example: Example, _output: Output) -> bool:
        await asyncio.Event().wait()
        return True

    assert row(forever, timeout=0.02).failure == "timeout"


def test_where_too_many_never_came_back_no_more_are_called() -> None:
    release = threading.Event()

    @check("format", version="1")
    def stuck(_example: Example, _output: Output) -> bool:
        return release.wait(20)

    async def many() -> list[Rating]:
        own = OwnChecks(0.02, Threads(1, left=2))
        told = (check_row(EXAMPLE, OUTPUT, stuck, rubric=RUBRIC, own=own) for _ in range(4))
        return await asyncio.gather(*told)

    try:
        told = asyncio.run(many())
    finally:
        release.set()
    assert [one.failure for one in told] == ["timeout"] * 4
    assert told[-1].reason == "check.stuck: 2 calls before it have not returned"


def test_the_verb_check_and_runs_tell_the_same(bench: Bench) -> None:
    own = giving(7)
    bench.checks = (own,)
    bench.run(3)
    assert bench.tally.failures["out_of_range"] == 3
    with open_ledger(bench.path) as ledger:
        run = {(r.example, r.failure, r.reason) for r in ledger.ratings(kind="check")}
        outputs = ledger.outputs()
    examples = {output.example: Example(id=output.example, messages=()) for output in outputs}
    checked = rate_outputs(outputs, examples, [own], rubric=RUBRIC, timeout=10)
    assert {(r.example, r.failure, r.reason) for r in checked.ratings} == run
