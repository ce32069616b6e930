import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from measurand.core.example import Example, Message, ToolCall
from measurand.core.output import Failure, Output, Usage
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import BudgetExhausted, UsageError
from measurand.systems.function import FunctionSystem

EXAMPLE = Example(id="q1", messages=(Message("user", "Why?"),))
SYSTEM = System("bot", "python:app:answer")


def answer(function: Callable[..., Any], **options: Any) -> Output:
    system = FunctionSystem(SYSTEM, function, **options)
    output, calls = asyncio.run(system.answer(EXAMPLE, 3))
    assert calls == ()
    return output


def failure(function: Callable[..., Any], **options: Any) -> Failure:
    found = answer(function, **options).failure
    assert found is not None
    return found


async def later(example: Example) -> str:
    await asyncio.sleep(0)
    return f"{example.id} later"


class Bot:
    def __call__(self, question: str) -> str:
        return f"bot: {question}"


class AsyncBot:
    async def __call__(self, question: str) -> str:
        return f"async bot: {question}"


def by_place(question: str, /, *, trial: int) -> str:
    return f"{question} {trial}"


def with_options(messages: list[dict[str, str]], temperature: float = 0.5, **_: object) -> str:
    return f"{messages[0]['role']} {temperature}"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda question: f"so {question}", "so Why?"),
        (lambda example: example.id, "q1"),
        (by_place, "Why? 3"),
        (with_options, "user 0.5"),
        (partial(with_options, temperature=1), "user 1"),
        (later, "q1 later"),
        (lambda example: [later(example)][0], "q1 later"),
        (partial(later), "q1 later"),
        (Bot(), "bot: Why?"),
        (AsyncBot(), "async bot: Why?"),
    ],
)
def test_parameters_say_what_a_function_is_given(function: Callable[..., Any], text: str) -> None:
    output = answer(function)
    assert (output.text, output.system, output.trial) == (text, "bot", 3)
    assert output.seconds is not None


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda text: text, r"wants text; .*: example, messages, question, trial"),
        (lambda question, user: question + user, "wants user"),
        (lambda trial: f"{trial}", "takes nothing of an example"),
        (lambda **_: "", "takes nothing of an example"),
        ("no function", "can be called"),
        (dict, "parameters"),
    ],
)
def test_other_parameters_are_refused_before_anything_is_asked(function: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        FunctionSystem(SYSTEM, function)


def test_everything_it_knows_may_be_told() -> None:
    told = {
        "text": "Hi.",
        "tool_calls": [{"name": "look", "arguments": '{"a": 1}'}, ToolCall("go")],
        "usage": {"input_tokens": 3, "output_tokens": 2},
        "cost": 1,
    }
    output = answer(lambda question: told)  # noqa: ARG005 - a name says what is given
    assert output.tool_calls == (ToolCall("look", {"a": 1}), ToolCall("go"))
    assert (output.text, output.usage, output.cost) == ("Hi.", Usage(3, 2), 1.0)
    calls = answer(lambda question: {"tool_calls": [{"name": "x"}]})  # noqa: ARG005 - the same
    assert (calls.text, calls.tool_calls) == ("", (ToolCall("x"),))


def test_an_output_of_its_own_becomes_this_output() -> None:
    whole = Output(example="?", system="?", text="Hi.", cost=0.5)
    output = answer(lambda question: whole)  # noqa: ARG005 - a name says what is given
    assert (output.example, output.system, output.trial, output.cost) == ("q1", "bot", 3, 0.5)
    failed = Output(example="?", system="?", text=None, failure=Failure("refused", "no"))
    assert failure(lambda question: failed) == Failure("refused", "no")  # noqa: ARG005 - the same


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "NoneType None"),
        (3, "int 3"),
        (["a"], "list"),
        ({}, "text is None"),
        ({"text": 3}, "text is 3"),
        ({"text": "a", "tokens": 3}, "with tokens, of which only text, tool_calls, usage, cost"),
        ({"text": "a", "cost": True}, "cost of True"),
        ({"text": "a", "cost": float("nan")}, "cost of nan"),
        ({"text": "a", "cost": -1}, "cost of -1"),
        ({"text": "a", "usage": {"prompt": 1}}, "only input_tokens"),
        ({"text": "a", "usage": {"input_tokens": -1}}, "whole numbers"),
        ({"text": "a", "tool_calls": ["x"]}, "tool call without name"),
        ({"text": "a", "tool_calls": [{"name": "x", "arguments": "["}]}, "tool call without name"),
    ],
)
def test_wrong_types_are_failures_that_say_what_is_allowed(given: Any, words: str) -> None:
    found = failure(lambda question: given)  # noqa: ARG005 - a name says what is given
    assert found.kind == "invalid"
    assert words in found.message
    assert "allowed: text, a mapping with text" in found.message


def raising(problem: BaseException) -> Callable[..., Any]:
    def plain(question: str) -> str:  # noqa: ARG001 - a name says what is given
        raise problem

    return plain


def raising_later(problem: BaseException) -> Callable[..., Any]:
    async def late(question: str) -> str:  # noqa: ARG001 - a name says what is given
        raise problem

    return late


@pytest.mark.parametrize("made", [raising, raising_later])
@pytest.mark.parametrize(
    "problem",
    [
        ValueError("odd"),
        SystemExit(3),
        TimeoutError("its own"),
        asyncio.CancelledError(),
        RecursionError(),
        GeneratorExit(),
        BaseExceptionGroup("several", [GeneratorExit()]),
    ],
)
def test_what_it_raises_is_a_failure_with_its_trace(
    made: Callable[..., Any], problem: BaseException
) -> None:
    found = failure(made(problem), timeout=5)
    assert found.kind == "exception"
    assert type(problem).__name__ in found.message
    assert "test_function.py" in found.message
    assert "Traceback" in found.details


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), StopIteration(), StopAsyncIteration()])
def test_no_interrupt_out_of_a_thread_ends_a_run(problem: BaseException) -> None:
    found = failure(raising(problem), timeout=5)
    assert (found.kind, type(problem).__name__ in found.message) == ("exception", True)


def test_an_interrupt_where_the_run_itself_works_is_a_persons() -> None:
    with pytest.raises(KeyboardInterrupt):
        answer(raising_later(KeyboardInterrupt()))


class DumbError(Exception):
    def __str__(self) -> str:
        raise ValueError


def test_an_exception_that_cannot_say_what_it_is() -> None:
    assert "DumbError: (it cannot say)" in failure(raising(DumbError())).message


def test_a_call_that_is_thrown_away_does_not_answer() -> None:
    system = FunctionSystem(SYSTEM, forever)

    async def thrown_away() -> None:
        pending = system.answer(EXAMPLE, 0)
        pending.send(None)
        given.append(pending)

    given: list[Any] = []
    asyncio.run(thrown_away())
    given[0].close()
    with pytest.raises(RuntimeError, match="already awaited"):
        given[0].send(None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"a": {1, 2}}, "a value of the type set"),
        ({1: 2, "b": 3}, "a key of the type int"),
        ({"a": float("inf")}, "the number inf"),
        ([1], "a tool call without name and arguments"),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_arguments_that_are_no_json_are_a_failure(arguments: Any, words: str, whole: bool) -> None:  # noqa: FBT001 - a case
    call = ToolCall("look", arguments)
    given: Any = Output(example="", system="", text="a", tool_calls=(call,))
    found = failure(lambda question: given if whole else {"tool_calls": [call]})  # noqa: ARG005 - a name says what is given
    assert found.kind == "invalid"
    assert words in found.message


@pytest.mark.parametrize("whole", [False, True])
def test_tokens_that_nobody_can_have_taken_are_a_failure(whole: bool) -> None:  # noqa: FBT001 - a case
    usage = Usage(10**30, 1)
    output = Output(example="", system="", text="a", usage=usage)
    told = {"text": "a", "usage": usage if whole else {"input_tokens": 10**30}}
    for given in (output, told):
        found = failure(lambda question, given=given: given)  # noqa: ARG005 - a name says what is given
        assert found.kind == "invalid"
        assert "whole numbers" in found.message


def test_a_failure_of_its_own_is_made_of_texts() -> None:
    odd: Any = ("", ValueError("odd"), None)
    failed = Output(example="", system="", text=None, failure=Failure(*odd))
    assert failure(lambda question: failed) == Failure("exception", "odd", "None")  # noqa: ARG005 - a name says what is given


@pytest.mark.parametrize("made", [raising, raising_later])
def test_the_budget_is_raised(made: Callable[..., Any]) -> None:
    with pytest.raises(BudgetExhausted):
        answer(made(BudgetExhausted("no more")))


def test_a_run_that_is_stopped_stops_its_calls() -> None:
    async def stopped() -> None:
        system = FunctionSystem(SYSTEM, forever)
        task = asyncio.create_task(system.answer(EXAMPLE, 0))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())


async def forever(question: str) -> str:  # noqa: ARG001 - a name says what is given
    await asyncio.Event().wait()
    return ""


def test_an_async_function_ends_in_time() -> None:
    assert failure(forever, timeout=0.05) == Failure("timeout", "no answer within 0.05 s")


def test_threads_that_never_return_are_left_and_counted() -> None:
    release, started = threading.Event(), []

    def stuck(question: str) -> str:
        started.append(threading.current_thread())
        release.wait(20)
        return question

    async def ask() -> list[str]:
        first = await asyncio.gather(*(system.answer(EXAMPLE, trial) for trial in range(6)))
        return [output.failure.message for output, _ in first if output.failure]

    system = FunctionSystem(SYSTEM, stuck, timeout=0.05, threads=2)
    late = asyncio.run(ask())
    assert len(late) == 6
    assert late.count("no answer within 0.05 s") == len(started) <= 3
    assert late[-1] == "2 calls before it have not returned"
    release.set()
    for thread in started:
        thread.join(20)
    assert system._threads.overdue == 0
    assert asyncio.run(system.answer(EXAMPLE, 0))[0].text == "Why?"


def test_so_many_threads_and_no_more() -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def counted(question: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return question

    async def ask() -> None:
        system = FunctionSystem(SYSTEM, counted, threads=3)
        await asyncio.gather(*(system.answer(EXAMPLE, trial) for trial in range(12)))

    asyncio.run(ask())
    assert 1 < most <= 3


def test_one_system_serves_one_loop_after_another() -> None:
    system = FunctionSystem(SYSTEM, lambda question: question, threads=1)

    async def ask() -> None:
        await asyncio.gather(*(system.answer(EXAMPLE, trial) for trial in range(3)))

    asyncio.run(ask())
    asyncio.run(ask())


def test_the_version_follows_the_source_and_what_is_bound() -> None:
    def made(temperature: float, key: str = "") -> Callable[..., str]:
        return lambda question: f"{question}{temperature}{bool(key)}"

    def version(function: Callable[..., Any]) -> str:
        return FunctionSystem(SYSTEM, function).version

    assert version(made(0.5)) == version(made(0.5)) != version(made(1.0))
    secrets = ["sk-" + "a1B2" * 8, "sk-" + "b1B2" * 8]
    assert version(made(1.0, secrets[0])) == version(made(1.0, secrets[1]))
    assert version(later) != version(by_place)
    assert version(partial(with_options, temperature=1)) != version(with_options)
    assert isinstance(FunctionSystem(SYSTEM, later), LiveSystem)


def test_calls_one_after_another_share_a_thread_and_two_at_once_do_not() -> None:
    both = threading.Barrier(2)

    def where(question: str, trial: int) -> str:
        if trial:
            both.wait(20)
        return f"{threading.get_ident()} {question}"

    async def ask() -> tuple[set[str | None], set[str | None]]:
        system = FunctionSystem(SYSTEM, where, threads=3)
        alone = [(await system.answer(EXAMPLE, 0))[0].text for _ in range(5)]
        pair = await asyncio.gather(*(system.answer(EXAMPLE, 1) for _ in range(2)))
        return set(alone), {output.text for output, _ in pair}

    alone, pair = asyncio.run(ask())
    assert (len(alone), len(pair)) == (1, 2)


def test_threads_without_work_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measurand.systems.threads._IDLE", 0.01)
    seen: list[threading.Thread] = []

    def where(question: str) -> str:
        seen.append(threading.current_thread())
        return question

    system = FunctionSystem(SYSTEM, where)
    asyncio.run(system.answer(EXAMPLE, 0))
    seen[0].join(20)
    assert not seen[0].is_alive()
    assert asyncio.run(system.answer(EXAMPLE, 0))[0].text == "Why?"
