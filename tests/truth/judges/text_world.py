"""A world of short answers whose quality is known, and simulated judges that read real prompts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence

import numpy as np

from measurand.core.example import Example, Message
from measurand.core.judging import BlindTask, Judgment
from measurand.core.output import Output
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings
from measurand.simulate.faults import FaultPlan, FaultScript
from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.provider import CannedModels, Provider, SimulatedModel
from measurand.simulate.provider_world import Known, World

__all__ = ["DIMENSIONS", "RUBRIC", "TextWorld", "judge_of", "judged", "levels_of", "tasks_of"]

DIMENSIONS = ("usefulness", "clarity", "depth")
RUBRIC = Rubric(
    *(Dimension(name, f"How good its {name} is.", scale=Scale.of("1-9")) for name in DIMENSIONS)
)
"""Nine levels, so that rounding hides little; a point of a scale of five is two of them."""

_KEY = b"0123456789abcdef"
_PLACES = ("north gate", "old harbour", "town hall", "west station", "upper market", "south quay")
_THINGS = ("ticket", "parcel", "permit", "invoice", "key card", "timetable", "refund", "form")
_SENTENCES = (
    "The {thing} is kept at the {place} and costs {number} crowns.",
    "You can pick it up there from {hour} in the morning on any working day.",
    "Bring the letter with the number {number} and something with your picture on it.",
    "If the office at the {place} is closed, ring the bell of the porter beside the door.",
    "A {thing} that nobody has asked for goes back after {hour} weeks.",
    "The way from the bus to the {place} takes about {hour} minutes on foot.",
)
_MARKS = ("crowns", "working day", "your picture", "porter", "nobody", "on foot")
"""A word of each sentence, by which it is seen whether that is still there."""
_NUMBER = re.compile(r"\b[1-9]\d{4}\b")
_FIRST_NUMBER = 10_000


class TextWorld(World):
    """Answers of some systems to as many questions as asked for, whose quality is drawn.

    Args:
        seed: Of texts and quality.
        count: How many questions.
        systems: Who answers each of them.
        middle: Where quality lies, from 0 to 1, on every dimension.
        spread: Its standard deviation.
    """

    def __init__(
        self,
        seed: int,
        count: int,
        *,
        systems: tuple[str, ...] = ("bot",),
        middle: float = 0.5,
        spread: float = 0.12,
    ) -> None:
        rng = np.random.default_rng([18, seed])
        self.systems = systems
        shape = (count, len(systems), len(DIMENSIONS))
        self.quality = np.clip(rng.normal(middle, spread, shape), 0.05, 0.95)
        self.examples = tuple(_example(seed, number) for number in range(count))
        self.outputs = tuple(
            Output(
                example=example.id,
                system=system,
                text=_text(rng, _FIRST_NUMBER + at * len(systems) + place),
            )
            for at, example in enumerate(self.examples)
            for place, system in enumerate(systems)
        )

    def known(self, text: str, told: Sequence[str] = ()) -> Known | None:
        """An output is known by its number, and as good as it was, as far as it goes."""
        del told
        found = _NUMBER.search(text)
        if found is None:
            return Known(dict.fromkeys(DIMENSIONS, 0.0), frozenset())
        at, place = divmod(int(found[0]) - _FIRST_NUMBER, len(self.systems))
        kept = sum(mark in text.lower() for mark in _MARKS) / len(_MARKS)
        quality = zip(DIMENSIONS, self.quality[at, place], strict=True)
        return Known(
            {name: float(unit) * kept for name, unit in quality}, frozenset({self.systems[place]})
        )


def judge_of(
    world: World,
    judge: SimJudge,
    *,
    seed: int = 7,
    rubric: Rubric = RUBRIC,
    dimensions: Iterable[str] = DIMENSIONS[:1],
    repeats: int = 1,
) -> JudgeRater:
    """A judge as a run has it, over a simulated model that answers in this process."""
    provider = Provider(
        CannedModels(world, {"judge": judge}), FaultPlan(FaultScript.of(()), seed), seed
    )
    options = JudgeOptions(
        settings={name: JudgeSettings() for name in dimensions}, run_key=_KEY, repeats=repeats
    )
    return JudgeRater(SimulatedModel("sim/judge", provider), rubric, options)


def judged(judge: JudgeRater, tasks: Iterable[BlindTask]) -> list[Judgment]:
    """What it says to each of these."""

    async def work() -> list[Judgment]:
        return [await judge.judge(task) for task in tasks]

    return asyncio.run(work())


def tasks_of(world: TextWorld, judge: JudgeRater) -> list[BlindTask]:
    """All that it has to say of the world's outputs."""
    examples = {example.id: example for example in world.examples}
    return [
        task
        for output in world.outputs
        for task in judge.tasks(examples[output.example], output.text or "")
    ]


def levels_of(judge: JudgeRater, tasks: Iterable[BlindTask]) -> list[float]:
    """The levels that it gives."""
    values = [judgment.measurement.value for judgment in judged(judge, tasks)]
    if odd := [value for value in values if not isinstance(value, float)]:
        raise AssertionError(f"the judge gave no level: {odd[0]!r}")
    return [float(value) for value in values if not isinstance(value, str | None)]


def _example(seed: int, number: int) -> Example:
    question = f"Where do I find item {number} of list {seed}?"
    return Example(id=f"q{number}", messages=(Message("user", question),))


def _text(rng: np.random.Generator, number: int) -> str:
    words = {
        "thing": _THINGS[rng.integers(len(_THINGS))],
        "place": _PLACES[rng.integers(len(_PLACES))],
        "number": number,
    }
    return " ".join(sentence.format(**words, hour=rng.integers(3, 12)) for sentence in _SENTENCES)
