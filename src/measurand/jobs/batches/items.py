"""What batches are made of: judgments still to be made, also those of a plan that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from measurand.core.example import Example
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import ChatModel
from measurand.core.rubric import Rubric
from measurand.errors import DataError
from measurand.jobs.batches.log import Contents
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.engine.parts import Parts
from measurand.jobs.opening_judges import assembled
from measurand.models.open import Models
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import JudgeOptions, options_of, told
from measurand.store.plans import plan_of

__all__ = ["Item", "chunks", "former_parts", "kept_version", "raters_of"]

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


class FormerJudge(JudgeRater):
    """A judge as a plan has it that is kept redacted, under the version it had before that.

    Its model has read the same redacted texts, for no others go out.

    Args:
        model: The model that judges.
        rubric: All dimensions of the plan.
        options: How it judges.
        version: What its judgments go by.
    """

    def __init__(
        self, model: ChatModel, rubric: Rubric, options: JudgeOptions, *, version: str
    ) -> None:
        super().__init__(model, rubric, options)
        self._before = version

    @property
    def version(self) -> str:
        """The version before its rubric was redacted."""
        return self._before


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


def kept_version(plan: Mapping[str, Any], name: str, *, models: Models, key: bytes) -> str | None:
    """The version of a judge made of a plan as it is kept; None where none can be made of it.

    Whoever makes it once more and finds another version knows that something has changed which no
    plan holds, as the wording of prompts.

    Args:
        plan: The plan, as `measurand.store.plans.plain_plan` writes it down, redacted.
        name: The judge's.
        models: Opens models by name.
        key: The secret of the ledger.

    Raises:
        UsageError: Its model cannot be opened.
    """
    terms = _terms(plan, name, key)
    return None if terms is None else JudgeRater(models.open(name), *terms[1:]).version


def former_parts(contents: Contents, parts: Parts, *, models: Models, key: bytes) -> Parts | None:
    """Who took part when a batch was handed in, as far as that is needed to hear its answers.

    None where somebody has changed in a way that cannot be taken back, as the wording of prompts:
    nothing is taken for an answer to what was not asked.

    Args:
        contents: The batch.
        parts: Who takes part now.
        models: Opens models by name.
        key: The secret of the ledger.

    Raises:
        UsageError: Its model cannot be opened any more.
    """
    name, terms = contents.judge, _terms(contents.plan, contents.judge, key)
    if terms is None or contents.kept is None:
        return None
    if contents.kept != kept_version(contents.plan, name, models=models, key=key):
        return None
    plan, rubric, options = terms
    judge = FormerJudge(models.open(name), rubric, options, version=contents.judge_version)
    return assembled(
        plan,
        [Former(system, version) for system, version in contents.systems.items()],
        recorded={n: o for n, o in parts.recorded.items() if n in contents.systems},
        checks=(),
        judges=(judge,),
        redact=parts.redact,
    )


def _terms(
    kept: Mapping[str, Any], name: str, key: bytes
) -> tuple[Plan, Rubric, JudgeOptions] | None:
    """What a judge is made of; None where a kept plan cannot be read, or does not name it."""
    try:
        plan = plan_of(kept)
        panel = plan.judge
        model = next((one for one in panel.models if one.model == name), None) if panel else None
        if panel is None or model is None:
            return None
        return plan, told(plan.rubric), options_of(panel, model, plan.rubric, run_key=key)
    except DataError:  # as where a word that a plan needs was redacted
        return None
