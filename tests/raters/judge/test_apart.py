"""A judge whose question is carried by somebody else, and the reply brought back to it."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from measurand.core.example import Message
from measurand.core.judging import BlindTask, Judgment
from measurand.core.output import Failure
from measurand.core.rubric import Rubric
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings

QUESTION = (Message("user", "Where is the Louvre?"),)
TASK = BlindTask(messages=QUESTION, output="It is in Paris.", dimension="accuracy")
OPTIONS = JudgeOptions(settings={"accuracy": JudgeSettings()}, run_key=b"0123456789abcdef")
Said = Callable[..., str]

REPLIES: dict[str, list[dict[str, Any]]] = {
    "good": [{"level": 4}],
    "quote": [{"level": 4, "evidence": ["in Rome"]}, {"level": 3}],
    "range": [{"level": 6}],
    "word": [{"level": 4, "canary": "abcde-abcde"}],
    "twice": [{"level": 4, "evidence": ["in Rome"]}, {"level": 4, "evidence": ["in Rome"]}],
}


def script(said: Said, replies: list[dict[str, Any]]) -> Callable[..., Any]:
    left: Iterator[dict[str, Any]] = iter(replies)
    return lambda asked, _: said(asked, **next(left))


@pytest.mark.parametrize("replies", REPLIES.values(), ids=REPLIES)
def test_what_it_hears_is_what_it_would_have_judged(
    rubric: Rubric, scripted: Any, said: Said, replies: list[dict[str, Any]]
) -> None:
    live = scripted(script(said, replies))
    judged = asyncio.run(JudgeRater(live, rubric, OPTIONS).judge(TASK))
    later = scripted(script(said, replies))
    rater = JudgeRater(later, rubric, OPTIONS)

    async def apart() -> Judgment:
        return await rater.heard(TASK, await later.ask(rater.request(TASK)))

    heard = asyncio.run(apart())
    assert heard.measurement == judged.measurement
    assert heard.failure == judged.failure
    assert [call.attempts for call in heard.calls] == [call.attempts for call in judged.calls]
    assert later.requests == live.requests
    assert heard.calls[0].characters > 0


def test_no_reply_is_the_class_of_the_call(rubric: Rubric, scripted: Any) -> None:
    model = scripted(lambda *_: Failure("timeout", "expired"))
    rater = JudgeRater(model, rubric, OPTIONS)
    call = asyncio.run(model.ask(rater.request(TASK)))
    judgment = asyncio.run(rater.heard(TASK, call))
    assert (judgment.failure, judgment.measurement.reason) == ("timeout", "expired")
    assert len(model.requests) == 1


def test_what_a_rule_settles_needs_no_request(rubric: Rubric, scripted: Any) -> None:
    rater = JudgeRater(scripted(lambda *_: ""), rubric, OPTIONS)
    assert rater.ruled(TASK) is None
    nothing = dataclasses.replace(TASK, output=":")
    ruled = rater.ruled(nothing)
    assert ruled is not None
    assert ruled == asyncio.run(rater.judge(nothing))
