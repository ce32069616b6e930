"""A judge model that answers by a script, and a judge around it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from measurand.core.example import Example, Message, Requirement
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import OK, Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import NOMINAL, UNIT, YES_NO, Scale
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.prompt import Asked, read_back
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings

Said = str | ModelReply | Failure
Script = Callable[[Asked, ModelRequest], Said]
KEY = b"0123456789abcdef"


class Scripted:
    """A `ChatModel` that reads each request back and answers as the script says."""

    name = "lab/judge-1"
    version = "lab-1"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[ModelRequest] = []

    async def ask(self, request: ModelRequest) -> Call:
        self.requests.append(request)
        asked = read_back(request)
        assert asked is not None
        said = self.script(asked, request)
        if isinstance(said, Failure):
            return Call(
                model=self.name, attempts=(Attempt(status=said.kind, seconds=0.1),), failure=said
            )
        reply = said if isinstance(said, ModelReply) else ModelReply(text=said)
        attempt = Attempt(status=OK, seconds=0.1, usage=Usage(10, 5), cost=0.001)
        return Call(model=self.name, attempts=(attempt,), reply=reply)


@pytest.fixture
def rubric() -> Rubric:
    return Rubric(
        Dimension("accuracy", "Every statement is right.", 40, levels={"1": "Wrong", "5": "Right"}),
        Dimension("completeness", "Nothing is missing.", 20, UNIT),
        Dimension("safety", "Nothing harmful.", 20, YES_NO, blocking=True),
        Dimension("kind", "What it is.", 0, Scale(NOMINAL.metric, labels=("fact", "opinion"))),
        Dimension("better", "Which one is better.", 20, Scale.of("win/tie/loss")),
    )


@pytest.fixture
def example() -> Example:
    return Example(
        id="e1",
        messages=(Message("user", "Where is the Louvre?"),),
        references=("In Paris.",),
        context=("The Louvre is a museum in Paris.",),
        checklist=(Requirement(("Paris",), name="names the city"), Requirement(("river", "Seine"))),
    )


@pytest.fixture
def said() -> Callable[..., str]:
    """A reply as asked for: ``said(asked, level, key=value, ...)``; a value of None drops a key."""

    def write(asked: Asked, level: object = None, **changes: Any) -> str:
        if asked.form == "checklist":
            whole = {"answers": level, "reason": "r", "cannot_assess": False}
        else:
            whole = {"evidence": [], "reason": "r", "level": level, "cannot_assess": False}
        whole |= {"canary": asked.canary} | changes
        return json.dumps({key: value for key, value in whole.items() if value is not ...})

    return write


@pytest.fixture
def judged(rubric: Rubric) -> Callable[..., tuple[Judgment, Scripted]]:
    """Judges one task: ``judged(task, script, form="pointwise", parameters={...})``."""

    def judge(
        task: BlindTask, script: Script, *, parameters: Mapping[str, Any] | None = None, **how: Any
    ) -> tuple[Judgment, Scripted]:
        model = Scripted(script)
        settings = {task.dimension: JudgeSettings(**how)}
        options = JudgeOptions(settings=settings, run_key=KEY, parameters=parameters or {})
        rater = JudgeRater(model, rubric, options)
        return asyncio.run(rater.judge(task)), model

    return judge


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted
