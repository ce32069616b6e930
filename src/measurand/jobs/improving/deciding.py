"""From what judges said of rated outputs to what is adopted, and to what a look shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.calibration_pool import Pool, item_name, pool_of, weighted_together
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import OVERALL
from measurand.analysis.selection import (
    Development,
    Selection,
    SelectionOptions,
    Tried,
    select,
)
from measurand.core.candidate import CURRENT
from measurand.core.rating import Ratings
from measurand.errors import InsufficientData
from measurand.jobs.improving.arms import Arm
from measurand.jobs.improving.pool import Material, Rated
from measurand.jobs.improving.trying import said_by
from measurand.store.ledger import Ledger

__all__ = ["Decider"]


@dataclass(frozen=True, kw_only=True)
class Decider:
    """Holds judges against people.

    Args:
        material: The rated outputs.
        ledger: What judges said.
        options: How it is selected.
        seen: Folds of the development set on which nothing is selected.
    """

    material: Material
    ledger: Ledger
    options: SelectionOptions
    seen: frozenset[int] = frozenset()

    def selected(self, tried: Sequence[Arm]) -> Selection:
        """Which of these is adopted, by the development set alone."""
        items = [item for item in self.material.development if item.fold not in self.seen]
        scores: list[Tried] = []
        people: Floats = np.full((len(items), len(self.material.dimensions)), np.nan)
        for arm in tried:
            table, people = self.table(arm, items)
            scores.append(
                Tried(
                    name=arm.name,
                    scores=table,
                    changes=len(arm.changes),
                    what="; ".join(arm.changes),
                )
            )
        about = Development(
            people=people,
            groups=[item.group for item in items],
            dimensions=self.material.dimensions,
            judge=_name(tried),
        )
        return select(scores, about, options=self.options)

    def table(self, arm: Arm, items: Sequence[Rated]) -> tuple[Floats, Floats]:
        """What a judge and people said of these outputs, on the unit interval.

        Returns:
            Both of shape (outputs, dimensions); NaN where there is no value.
        """
        said = said_by(arm, items, self.ledger)
        judge: Floats = np.full((len(items), len(self.material.dimensions)), np.nan)
        people: Floats = np.full(judge.shape, np.nan)
        for at, dimension in enumerate(self.material.dimensions):
            pool = self._pool(arm, dimension, said=said, items=items)
            places = _places(pool, items)
            judge[places, at] = _unit(pool, pool.judge)
            people[places, at] = _unit(pool, pool.people)
        return judge, people

    def tested(self, arm: Arm) -> list[Pool]:
        """What a judge said of the test set, by dimension."""
        items = self.material.test
        said = said_by(arm, items, self.ledger)
        return [self._pool(arm, name, said=said, items=items) for name in self.material.dimensions]

    def overall(self, pools: Sequence[Pool]) -> Pool | None:
        """The weighted score over all dimensions; None where there is one, or no such score."""
        if len(pools) == 1:
            return None
        weights = self.material.plan.rubric.weights(frozenset(self.material.dimensions))
        try:
            return weighted_together(pools, weights, OVERALL)
        except InsufficientData:
            return None

    def _pool(self, arm: Arm, dimension: str, *, said: Ratings, items: Sequence[Rated]) -> Pool:
        names = frozenset(item_name(item.of.example, item.of.system or "") for item in items)
        pool = pool_of(
            self.material.ratings.where(kind="people") + said,
            self.material.plan.rubric.dimension(dimension).scale,
            dimension=dimension,
            judge=arm.model.model,
            groups=self.material.groups,
        )
        return pool.among(names)


def _name(tried: Sequence[Arm]) -> str:
    """The judge of the plan that is to be improved."""
    return next(arm.model.model for arm in tried if arm.name == CURRENT)


def _places(pool: Pool, items: Sequence[Rated]) -> list[int]:
    """Where a pool's outputs stand among these."""
    place: Mapping[str, int] = {
        item_name(item.of.example, item.of.system or ""): at for at, item in enumerate(items)
    }
    return [place[name] for name in pool.items]


def _unit(pool: Pool, values: Floats) -> Floats:
    low, high = pool.scale.low or 0.0, pool.scale.high or 1.0
    return np.asarray((values - low) / (high - low))
