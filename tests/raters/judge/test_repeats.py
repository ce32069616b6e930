"""Repeats are worth what they cost only while each of them is really asked."""

import asyncio
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from measurand.core.example import Example, Message
from measurand.core.model import Call, ModelRequest
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.prompt import Asked, read_back
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings

ITEMS, REPEATS = 400, 6
RUBRIC = Rubric(Dimension("accuracy", scale=UNIT))
OPTIONS = JudgeOptions(
    settings={"accuracy": JudgeSettings()}, run_key=b"0123456789abcdef", repeats=REPEATS
)


class Cached:
    """A model behind a cache of replies by what identifies the request."""

    name, version = "lab/judge-1", "lab-1"

    def __init__(self, model: object, identity: Callable[[ModelRequest], object]) -> None:
        self.model = model
        self.identity = identity
        self.replies: dict[object, Call] = {}

    async def ask(self, request: ModelRequest) -> Call:
        place = self.identity(request)
        if place not in self.replies:
            self.replies[place] = await self.model.ask(request)  # type: ignore[attr-defined]  # a double
        return self.replies[place]


def levels(
    scripted: type,
    said: Callable[..., str],
    identity: Callable[[ModelRequest], object],
    *,
    items: int = ITEMS,
) -> NDArray[np.float64]:
    """Judge items of known quality with as much noise in each call as there is quality * 3 / 7."""
    rng = np.random.default_rng(11)
    quality = rng.normal(0.5, 0.1, items)

    def script(asked: Asked, _: ModelRequest) -> str:
        noise = rng.normal(0, 0.1 * (3 / 7) ** 0.5)
        level = float(np.clip(quality[int(asked.outputs[0].split()[-1])] + noise, 0, 1))
        return said(asked, round(level, 4))

    rater = JudgeRater(Cached(scripted(script), identity), RUBRIC, OPTIONS)
    example = Example(id="e", messages=(Message("user", "Say a number."),))

    async def judge(item: int) -> list[float]:
        found = [await rater.judge(task) for task in rater.tasks(example, f"number {item}")]
        values = [one.measurement.value for one in found]
        return [np.nan if value is None else float(value) for value in values]

    async def all_items() -> list[list[float]]:
        return [await judge(item) for item in range(items)]

    return np.array(asyncio.run(all_items()))


def reliability(table: NDArray[np.float64], k: int) -> float:
    """The correlation of the means of two halves of k repeats each."""
    one, two = table[:, :k].mean(axis=1), table[:, k : 2 * k].mean(axis=1)
    return float(np.corrcoef(one, two)[0, 1])


def test_reliability_grows_as_spearman_and_brown_say(
    scripted: type, said: Callable[..., str]
) -> None:
    table = levels(scripted, said, lambda request: request.key)
    assert abs(reliability(table, 1) - 0.7) < 0.08
    assert abs(reliability(table, 3) - 0.875) < 0.04


def test_a_cache_by_key_or_by_content_keeps_the_repeats_apart(
    scripted: type, said: Callable[..., str]
) -> None:
    for identity in (
        lambda request: request.key,
        lambda request: request.messages,
    ):
        table = levels(scripted, said, identity, items=30)
        assert np.all(table.std(axis=1) > 0)


def test_a_cache_that_does_not_tell_repeats_apart_is_found_out(
    scripted: type, said: Callable[..., str]
) -> None:
    """A reply to another repeat has that one's check word, so it cannot fake reliability."""

    def blind(request: ModelRequest) -> object:
        asked = read_back(request)
        assert asked is not None
        return asked.outputs

    table = levels(scripted, said, blind, items=30)
    assert not np.isnan(table[:, 0]).any()
    assert np.isnan(table[:, 1:]).all()
