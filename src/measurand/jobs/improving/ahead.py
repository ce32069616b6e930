"""What trying candidates would cost, known before anything is spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.analysis.forecast import Forecast, Work, forecast
from measurand.core.candidate import CURRENT
from measurand.jobs.improving.arms import Arm, judge_of
from measurand.jobs.improving.pool import Material
from measurand.jobs.improving.trying import Question, pending
from measurand.jobs.pending import REMEMBERED, observed_of
from measurand.models.prices import PriceTable
from measurand.raters.judge.prompt import render
from measurand.raters.judge.spec import MAX_TOKENS, told
from measurand.store.ledger import Ledger

__all__ = ["Ahead"]

_ANY_KEY = bytes(32)
"""Prompts have one length under every key."""
_LOOK = "look at the test set"


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Foretells what is not in the ledger yet.

    Args:
        material: The rated outputs.
        ledger: What was asked before.
        prices: What tokens cost.
    """

    material: Material
    ledger: Ledger
    prices: PriceTable

    def forecast(self, arms: Mapping[str, Sequence[Arm]]) -> Forecast:
        """Calls, tokens and money, by candidate, with the look at the test set.

        The look is foretold for the longest candidate of each judge, as nobody knows yet which is
        adopted; where none is, it costs nothing.

        Args:
            arms: By the judge of the plan, what is tried in its place.
        """
        works: list[Work] = []
        counted: set[str] = set()
        for tried in arms.values():
            for arm in tried:
                listed = pending([arm], self.material.development, self.ledger)
                fresh = [one for one in listed if one.judging.key not in counted]
                counted |= {one.judging.key for one in fresh}
                works.append(self._work(arm.called, arm, self._sizes(arm, fresh)))
            works += self._look(tried)
        spent, budget = self.ledger.work.spent(), self.material.plan.run.budget
        return forecast(works, spent=spent, budget=budget)

    def _look(self, tried: Sequence[Arm]) -> Iterator[Work]:
        sizes = {
            arm.name: self._sizes(arm, pending([arm], self.material.test, self.ledger))
            for arm in tried
        }
        candidates = [arm for arm in tried if arm.name != CURRENT]
        longest = max(candidates, key=lambda arm: sum(sizes[arm.name]), default=None)
        for arm in tried:
            if arm.name == CURRENT or arm is longest:
                yield self._work(f"{arm.model.model}, {_LOOK}, {arm.name}", arm, sizes[arm.name])

    def _work(self, name: str, arm: Arm, sizes: Sequence[int]) -> Work:
        judge, model = judge_of(arm.plan), arm.model
        limits = {"max_tokens": MAX_TOKENS, **judge.parameters, **model.parameters}
        took = self.ledger.work.took("rating", model.model, newest=REMEMBERED)
        return Work(
            name=name,
            part="judge",
            model=model.model,
            characters=sizes,
            observed=observed_of(took),
            max_tokens=limits["max_tokens"],
            price=self.prices.price(model.model),
        )

    def _sizes(self, arm: Arm, listed: Iterable[Question]) -> list[int]:
        """Characters of every question; repeats of one are equally long, and written out once."""
        rubric = told(arm.plan.rubric)
        sizes: list[int] = []
        lengths: dict[tuple[object, str], int] = defaultdict(int)
        for one in listed:
            task = one.judging.task
            place = (one.item.of, task.dimension)
            if place not in lengths:
                prompt = render(task, rubric, run_key=_ANY_KEY)
                lengths[place] = sum(len(message.content) for message in prompt.messages)
            sizes.append(lengths[place])
        return sizes
