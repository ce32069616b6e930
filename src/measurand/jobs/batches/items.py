"""What batches are made of: judgments still to be made, also those of a plan that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from measurand.core.example import Example
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.jobs.batches.log import Contents
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.engine.parts import Parts
from measurand.jobs.opening_judges import assembled
from measurand.models.open import Models
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import options_of
from measurand.store.plans import plan_of

__all__ = ["Item", "chunks", "former_parts", "raters_of"]

_CHUNK = 32
"""Examples that are looked up in the ledger at once."""


@dataclass(frozen=True, slots=True)
class Item:
    """One judgment.

    Args:
        asked: The output that is judged.
        judging: By whom, and what.
        against: The output it is compared with.
    """

    asked: Asked
    judging: Judging
    against: Asked | None = None

    @property
    def key(self) -> str:
        """The name of the work."""
        return self.judging.key


@dataclass(frozen=True, slots=True)
class Former:
    """A system as it was: what it answered is in the ledger, and it is not asked any more."""

    name: str
    version: str

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """Nobody asks it."""
        raise AssertionError(f"{self.name} is not there to answer {example.id}, {trial}")


def chunks(agenda: Agenda, examples: Iterable[Example]) -> Iterator[list[Item]]:
    """Every judgment of the outputs that are there, done or not, a few examples at once."""
    stream = iter(examples)
    while chunk := list(islice(stream, _CHUNK)):
        items: list[Item] = []
        for asked in agenda.there(chunk):
            there = [one for one in asked if one.output is not None]
            for one in there:
                agenda.plan(one)
                items += [Item(one, judging) for judging in one.judgings]
            for ours, theirs in agenda.pairs(there):
                items += [Item(ours, judging, theirs) for judging in agenda.compared(ours, theirs)]
        yield items


def raters_of(parts: Parts) -> dict[str, JudgeRater]:
    """The judges, by name."""
    return {judge.name: judge for judge in parts.judges if isinstance(judge, JudgeRater)}


def former_parts(contents: Contents, parts: Parts, *, models: Models, key: bytes) -> Parts:
    """Who took part when a batch was handed in, as far as that is needed to hear its answers.

    Where somebody has changed in a way that cannot be taken back, as the wording of prompts, the
    names of works come out different, and nothing is taken for an answer to what was not asked.

    Args:
        contents: The batch.
        parts: Who takes part now.
        models: Opens models by name.
        key: The secret of the ledger.

    Raises:
        DataError: The plan of the batch cannot be read any more.
        UsageError: Its model cannot be opened any more.
    """
    plan = plan_of(contents.plan)
    return assembled(
        plan,
        [Former(name, version) for name, version in contents.systems.items()],
        recorded={n: o for n, o in parts.recorded.items() if n in contents.systems},
        checks=(),
        judges=(_judge(plan, contents.judge, models=models, key=key),),
        redact=parts.redact,
    )


def _judge(plan: Plan, name: str, *, models: Models, key: bytes) -> JudgeRater:
    panel = plan.judge
    if panel is None:
        raise AssertionError("a batch was handed in by a plan that has a judge")
    model = next(one for one in panel.models if one.model == name)
    options = options_of(panel, model, plan.rubric, run_key=key)
    return JudgeRater(models.open(name), plan.rubric, options)
