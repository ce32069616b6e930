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


def test_an_edited_answer_leaves_the_version_as_it_is() -> None:
    first = RecordedSystem(System("s"), {("q1", 0): Output(example="q1", system="s", text="a")})
    edited = RecordedSystem(System("s"), {("q1", 0): Output(example="q1", system="s", text="b")})
    other = RecordedSystem(System("t"), {})
    assert first.version == edited.version != other.version
