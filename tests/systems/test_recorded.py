import asyncio

from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.systems.recorded import RecordedSystem

SYSTEM = System("expert", "file:outputs/expert.jsonl")


def example(name: str) -> Example:
    return Example(id=name, messages=(Message("user", "?"),))


def output(name: str, text: str, trial: int = 0) -> Output:
    return Output(example=name, system="expert", text=text, trial=trial, cost=0.5)


def test_it_gives_what_was_recorded_and_says_what_was_not() -> None:
    system = RecordedSystem(SYSTEM, {("q1", 0): output("q1", "a"), ("q1", 1): output("q1", "b", 1)})
    assert isinstance(system, LiveSystem)
    assert asyncio.run(system.answer(example("q1"), 1)) == (output("q1", "b", 1), ())
    missing, _ = asyncio.run(system.answer(example("q2"), 0))
    assert missing.failure is not None
    assert missing.failure.kind == "no_output"
    assert missing.failure.message == (
        "file:outputs/expert.jsonl has no output for example 'q2', trial 0"
    )


def test_the_version_is_that_of_the_answers() -> None:
    first, second = output("q1", "a"), output("q2", "b")
    one = RecordedSystem(SYSTEM, {("q1", 0): first, ("q2", 0): second})
    same = RecordedSystem(SYSTEM, {("q2", 0): second, ("q1", 0): first})
    other = RecordedSystem(SYSTEM, {("q1", 0): first, ("q2", 0): output("q2", "c")})
    assert one.version == same.version != other.version
