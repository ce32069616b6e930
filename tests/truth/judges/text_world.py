"""A world of short answers whose quality is known, and simulated judges that read real prompts."""

from __future__ import annotations

import asyncio
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

DIMENSIONS = ("accuracy", "clarity", "tone")
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


class TextWorld(World):
    """Answers to as many questions as asked for, one each, whose quality is drawn.

    Args:
        seed: Of texts and quality.
        count: How many.
        middle: Where quality lies, from 0 to 1, on every dimension.
        spread: Its standard deviation.
    """

    def __init__(self, seed: int, count: int, *, middle: float = 0.5, spread: float = 0.12) -> None:
        rng = np.random.default_rng([18, seed])
        self.systems = ()
        self.quality = np.clip(rng.normal(middle, spread, (count, len(DIMENSIONS))), 0.05, 0.95)
        self.examples = tuple(_example(seed, number) for number in range(count))
        self.outputs = tuple(
            Output(example=one.id, system="bot", text=_text(rng)) for one in self.examples
        )
        self._numbers = {one.question: at for at, one in enumerate(self.examples)}

    def known(self, text: str, told: Sequence[str] = ()) -> Known | None:
        """Whatever answers a question is as good as the answer to it, as far as it goes."""
        at = self._numbers.get(told[-1] if told else "")
        if at is None:
            return None
        kept = _sentences(text) / len(_SENTENCES)
        quality = zip(DIMENSIONS, self.quality[at], strict=True)
        return Known({name: float(unit) * min(kept, 1.0) for name, unit in quality}, frozenset())


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
    return [
        task
        for example, output in zip(world.examples, world.outputs, strict=True)
        for task in judge.tasks(example, output.text or "")
    ]


def levels_of(judge: JudgeRater, tasks: Iterable[BlindTask]) -> list[float]:
    """The levels that it gives."""
    values = [judgment.measurement.value for judgment in judged(judge, tasks)]
    if odd := [value for value in values if not isinstance(value, float)]:
        raise AssertionError(f"the judge gave no level: {odd[0]!r}")
    return [float(value) for value in values if not isinstance(value, str | None)]


def _example(seed: int, number: int) -> Example:
    question = f"Where do I find number {number} of year {seed}?"
    return Example(id=f"q{number}", messages=(Message("user", question),))


def _text(rng: np.random.Generator) -> str:
    words = {
        "thing": _THINGS[rng.integers(len(_THINGS))],
        "place": _PLACES[rng.integers(len(_PLACES))],
    }
    return " ".join(
        sentence.format(**words, number=rng.integers(100, 999), hour=rng.integers(3, 12))
        for sentence in _SENTENCES
    )


def _sentences(text: str) -> int:
    """How many of the sentences of an answer are still there, by a word of each."""
    low = text.lower()
    marks = ("crowns", "working day", "your picture", "porter", "nobody", "on foot")
    return sum(mark in low for mark in marks)
