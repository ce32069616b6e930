"""Case 7, in prompts: sessions of ten pull on the next level, and a run's fresh contexts do not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
from tests.truth.judges.harness import Case, Row, covered, fact
from tests.truth.judges.text_world import (
    DIMENSIONS,
    TextWorld,
    judge_of,
    judged,
    levels_of,
    tasks_of,
)

from measurand.core.judging import BlindTask, Turn
from measurand.core.model import Call, ModelRequest
from measurand.core.protocols import ChatModel
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.prompt import CANARY
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings
from measurand.raters.probes import in_session, turn_of
from measurand.simulate.judge_model_sim import SimJudge
from measurand.stats.estimate import Estimate
from measurand.stats.session import session_slope

__all__ = ["CASES"]

_SESSIONS = 12
_LENGTH = 10


@dataclass(eq=False)
class Listening:
    """A model that writes down what stood before the question it was asked."""

    model: ChatModel
    before: list[int] = field(default_factory=list)
    name: str = "sim/judge"
    version: str = "1"

    async def ask(self, request: ModelRequest) -> Call:
        asked = sum(m.role == "user" and CANARY in m.content for m in request.messages)
        said = sum(m.role == "assistant" for m in request.messages)
        self.before.append(asked - 1 + said)
        return await self.model.ask(request)


def _slope(seed: int, gamma: float) -> Estimate:
    world = TextWorld(seed, _SESSIONS * _LENGTH)
    judge = judge_of(world, SimJudge(noise=0.4, anchor=gamma), seed=seed)
    tasks = tasks_of(world, judge)
    fresh = levels_of(judge, tasks)
    within, alone, previous, sessions = [], [], [], []
    for start in range(0, len(tasks), _LENGTH):
        levels = asyncio.run(_session(judge, tasks[start : start + _LENGTH]))
        within += levels[1:]
        previous += levels[:-1]
        alone += fresh[start + 1 : start + _LENGTH]
        sessions += [start] * (_LENGTH - 1)
    return session_slope(within, alone, previous, sessions=np.array(sessions))


async def _session(judge: JudgeRater, tasks: list[BlindTask]) -> list[float]:
    turns: tuple[Turn, ...] = ()
    levels = []
    for task in tasks:
        level, reply = await _level(judge, in_session(task, turns))
        turns = (*turns, turn_of(task, reply))
        levels.append(level)
    return levels


async def _level(judge: JudgeRater, task: BlindTask) -> tuple[float, str]:
    judgment = await judge.judge(task)
    value, reply = judgment.measurement.value, judgment.calls[-1].reply
    if not isinstance(value, float) or reply is None:
        raise AssertionError(f"the judge gave no level: {judgment.failure}")
    return value, reply.text


def _production(seeds: int) -> Row:
    """What a run asks: every output, three repeats, by a judge with a strong pull."""
    heard = 0
    for seed in range(seeds):
        world = TextWorld(seed, _LENGTH)
        inner = judge_of(world, SimJudge(anchor=0.9), seed=seed)
        listening = Listening(inner._model)
        options = JudgeOptions(
            settings={DIMENSIONS[0]: JudgeSettings()}, run_key=b"0123456789abcdef", repeats=3
        )
        judge = JudgeRater(listening, inner._rubric, options)
        judged(judge, tasks_of(world, judge))
        heard += sum(listening.before)
    return fact(
        "earlier questions and replies in a run's prompts", 0.0, float(heard), held=not heard
    )


def _run(seeds: int) -> tuple[Row, ...]:
    rows = [
        covered(
            f"pull of the level before, gamma {gamma:g}",
            gamma,
            [_slope(seed, gamma) for seed in range(seeds)],
        )
        for gamma in (0.0, 0.1, 0.2)
    ]
    return (*rows, _production(seeds))


CASES = (Case(7, "anchor, in prompts", _run, quick=0),)
