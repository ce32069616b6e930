import asyncio
from dataclasses import replace
from typing import Any

import pytest

from measurand.core.example import Example, Message, ToolCall
from measurand.core.model import Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Output, Usage
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import BudgetExhausted, PlanError
from measurand.systems.model import ModelSystem

EXAMPLE = Example(
    id="q1", messages=(Message("system", "Old."), Message("user", "Why?")), context=("Because.",)
)
SYSTEM = System("bot", "test/model", prompt="p.md", parameters={"temperature": 0})


class Model:
    name = "test/model"

    def __init__(self, outcome: Any = None, version: str = "1") -> None:
        self.version = version
        self.asked: list[ModelRequest] = []
        self._outcome = outcome or ModelReply(text="Hi.")

    async def ask(self, request: ModelRequest) -> Call:
        self.asked.append(request)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        attempt = Attempt(status="ok", seconds=0.5, usage=Usage(10, 5), cost=0.25)
        if isinstance(self._outcome, Failure):
            attempt = Attempt(status=self._outcome.kind, seconds=0.5)
            return Call(model=self.name, attempts=(attempt,), failure=self._outcome)
        return Call(model=self.name, attempts=(attempt,), reply=self._outcome)


def answer(outcome: Any = None, prompt: str = "", **system: Any) -> tuple[Output, tuple[Call, ...]]:
    made = ModelSystem(replace(SYSTEM, **system), Model(outcome), prompt)
    return asyncio.run(made.answer(EXAMPLE, 2))


def asked(prompt: str) -> ModelRequest:
    model = Model()
    asyncio.run(ModelSystem(SYSTEM, model, prompt).answer(EXAMPLE, 0))
    return model.asked[0]


def test_it_is_a_system_and_its_output_holds_all_that_is_known() -> None:
    assert isinstance(ModelSystem(SYSTEM, Model()), LiveSystem)
    output, calls = answer(ModelReply(text="Hi.", tool_calls=(ToolCall("look", {"a": 1}),)))
    assert output == Output(
        example="q1",
        system="bot",
        text="Hi.",
        trial=2,
        tool_calls=(ToolCall("look", {"a": 1}),),
        usage=Usage(10, 5),
        seconds=0.5,
        cost=0.25,
    )
    assert len(calls) == 1


def test_a_plain_prompt_is_a_system_message_before_all_that_the_example_says() -> None:
    request = asked("Be brief.")
    assert request.messages == (Message("system", "Be brief."), *EXAMPLE.messages)
    assert request.prefix == 1
    assert request.parameters == {"temperature": 0}
    assert asked("").messages == EXAMPLE.messages


def test_a_prompt_with_the_question_is_all_there_is() -> None:
    assert asked("{{context}} So: {{question}}").messages == (Message("user", "Because. So: Why?"),)


def test_a_prompt_with_other_names_is_a_system_message_that_differs() -> None:
    request = asked("Know: {{context}}")
    assert request.messages == (Message("system", "Know: Because."), *EXAMPLE.messages)
    assert request.prefix == 0


def test_the_key_names_the_request_and_its_trial() -> None:
    system = ModelSystem(SYSTEM, Model(), "p")
    keys = [system.request(EXAMPLE, trial).key for trial in (0, 0, 1)]
    assert keys[0] == keys[1] != keys[2]
    other = replace(EXAMPLE, messages=(Message("user", "Who?"),))
    assert system.request(other, 0).key != keys[0]


def test_the_version_follows_what_decides_the_answers() -> None:
    made = [
        ModelSystem(SYSTEM, Model(), "p"),
        ModelSystem(SYSTEM, Model(version="2"), "p"),
        ModelSystem(SYSTEM, Model(), "q"),
        ModelSystem(replace(SYSTEM, parameters={"temperature": 1}), Model(), "p"),
    ]
    assert len({system.version for system in made}) == len(made)
    renamed = replace(SYSTEM, name="other", family="x", role="current")
    assert ModelSystem(renamed, Model(), "p").version == made[0].version


@pytest.mark.parametrize(
    ("finish", "text", "failure"),
    [
        ("length", "Half an ans", None),
        ("length", "", "truncated"),
        ("refused", "I will not say that.", None),
        ("refused", "", "refused"),
        ("stop", "", None),
    ],
)
def test_what_was_shown_is_an_answer(finish: Any, text: str, failure: str | None) -> None:
    output, calls = answer(ModelReply(text=text, finish=finish))
    assert (output.failure.kind if output.failure else None) == failure
    assert output.text == (None if failure else text)
    assert output.cost == 0.25
    assert calls[0].reply is not None
    assert calls[0].reply.finish == finish


def test_failures_are_outputs_and_the_budget_is_raised() -> None:
    output, calls = answer(Failure("rate_limited", "429"))
    assert output.failure == Failure("rate_limited", "429")
    assert (output.usage, output.seconds, len(calls)) == (None, 0.5, 1)
    output, calls = answer(ValueError("odd"))
    assert output.failure is not None
    assert output.failure.kind == "exception"
    assert "Traceback" in output.failure.details
    assert calls == ()
    with pytest.raises(BudgetExhausted):
        answer(BudgetExhausted("no more"))


def test_a_prompt_that_cannot_be_filled_in() -> None:
    output, calls = answer(prompt="{{metadata.city}}")
    assert output.failure is not None
    assert "'q1' has no metadata 'city'" in output.failure.message
    assert calls == ()
    with pytest.raises(PlanError, match=r"p\.md:2"):
        answer(prompt="\n{{city}}")


def test_an_answer_with_an_absurd_count_stays_an_answer() -> None:
    class Counting(Model):
        async def ask(self, request: ModelRequest) -> Call:
            call = await super().ask(request)
            (attempt,) = call.attempts
            return replace(call, attempts=(replace(attempt, usage=Usage(10**30)),))

    output, _ = asyncio.run(ModelSystem(SYSTEM, Counting()).answer(EXAMPLE, 0))
    assert (output.text, output.usage) == ("Hi.", None)


def test_arguments_that_are_no_json_are_a_failure() -> None:
    output, calls = answer(ModelReply(text="Hi.", tool_calls=(ToolCall("look", {"a": {1}}),)))
    assert output.failure is not None
    assert output.failure.kind == "invalid"
    assert len(calls) == 1
