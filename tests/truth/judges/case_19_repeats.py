"""Repeats: their mean is as reliable as Spearman and Brown say, unless a cache repeats itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from tests.truth.judges.calibration_world import correlations
from tests.truth.judges.harness import Case, Row, covered, fact, near, rngs
from tests.truth.judges.text_world import RUBRIC, TextWorld, judge_of, levels_of, tasks_of

from measurand.core.model import Call, ModelRequest
from measurand.core.protocols import ChatModel
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.prompt import CANARY
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings
from measurand.simulate.judge_model_sim import SimJudge
from measurand.stats.icc import spearman_brown
from measurand.stats.reliability import repeat_reliability, repeats_needed

__all__ = ["CASES"]

ONE, CALLS = 0.7, 3
OF_THREE = 0.875
OUTPUTS, NOISE = 60, 0.3
PLANTED = 0.96**2 / (0.96**2 + 0.6**2 + 1 / 12)
"""Quality has a standard deviation of .12 of eight steps, a call an error of .6 levels; rounding
adds its own."""
_KEY = b"0123456789abcdef"


def _statistics(seeds: int) -> tuple[Row, ...]:
    """Per-call noise is planted; three calls are held against three others."""
    found, extended = [], []
    between: list[float] = []
    for rng in rngs(19, seeds):
        truth = rng.normal(size=(150, 1))
        calls = truth + np.sqrt(1 / ONE - 1) * rng.normal(size=(150, 2 * CALLS))
        one = repeat_reliability(calls[:, :CALLS], rng=rng)
        found.append(one)
        extended.append(spearman_brown(one.value or 0.0, CALLS))
        halves = calls[:, :CALLS].mean(axis=1), calls[:, CALLS:].mean(axis=1)
        between += correlations(halves[0][:, None], halves[1])
    needed = repeats_needed(ONE, OF_THREE)
    return (
        covered("reliability of one call", ONE, found),
        near("of the mean of three, foretold", OF_THREE, extended, tolerance=0.005),
        near("of the mean of three, against three others", OF_THREE, between, tolerance=0.005),
        fact("calls for .875", CALLS, needed, held=needed == CALLS),
    )


@dataclass(eq=False)
class Remembering:
    """A model behind a cache."""

    model: ChatModel
    named: Callable[[ModelRequest], str]
    known: dict[str, Call] = field(default_factory=dict)
    name: str = "sim/judge"
    version: str = "1"

    async def ask(self, request: ModelRequest) -> Call:
        """The reply that was given to what has the same name, with the check word of now."""
        before = self.known.get(self.named(request))
        if before is None or before.reply is None:
            self.known[self.named(request)] = before = await self.model.ask(request)
        if before.reply is None:
            return before
        then, now = (_word(text) for text in (before.reply.text, request.messages[-1].content))
        return replace(
            before, reply=replace(before.reply, text=before.reply.text.replace(then, now))
        )


def _word(text: str) -> str:
    """The check word in a question, or in a reply."""
    if CANARY in text:
        return text.rsplit(CANARY, 1)[1].split(maxsplit=1)[0]
    return str(json.loads(text)["canary"])


def _without_nonce(request: ModelRequest) -> str:
    """What a cache goes by that takes every repeat for the same question: its material."""
    return request.messages[-1].content.split("\nQUESTION\n")[0]


def _by_key(request: ModelRequest) -> str:
    return request.key


def _behind(judge: JudgeRater, named: Callable[[ModelRequest], str]) -> JudgeRater:
    settings = {name: JudgeSettings() for name in judge.dimensions}
    options = JudgeOptions(settings=settings, run_key=_KEY, repeats=CALLS)
    return JudgeRater(Remembering(judge._model, named), RUBRIC, options)


def _real_requests(seeds: int) -> tuple[Row, ...]:
    """The requests of a real judge, to a simulated model behind either kind of cache."""
    worlds = max(4, seeds // 10)
    plain: list[float] = []
    kept: list[float] = []
    lost: list[float] = []
    keys = again = 0
    for seed in range(worlds):
        world = TextWorld(1900 + seed, OUTPUTS)
        judge = judge_of(world, SimJudge(noise=NOISE), seed=seed, repeats=CALLS)
        tasks = tasks_of(world, judge)
        keys += len({judge.request(task).key for task in tasks})
        own = _behind(judge, _by_key)
        own_keys = {own.request(task).key for task in tasks}
        for values, rater in (
            (plain, judge),
            (kept, own),
            (lost, _behind(judge, _without_nonce)),
        ):
            levels = np.reshape(levels_of(rater, tasks), (OUTPUTS, CALLS))
            found = repeat_reliability(levels, rng=np.random.default_rng(seed))
            values.append(found.value or 0.0)
        again += {own.request(task).key for task in tasks} == own_keys
    asked = worlds * OUTPUTS * CALLS
    same = plain == kept
    return (
        near("of a real judge's calls", PLANTED, plain, tolerance=0.03),
        fact("requests that differ by repeat", asked, keys, held=keys == asked),
        fact("a request asked again is the same", worlds, again, held=again == worlds),
        fact("a cache by request changes nothing", "no", "no" if same else "yes", held=same),
        fact("a cache without the nonce: reliability", 1.0, min(lost), held=min(lost) == 1.0),
    )


def _run(seeds: int) -> tuple[Row, ...]:
    return (*_statistics(seeds), *_real_requests(seeds))


CASES = (Case(19, "repeats", _run, quick=10),)
