"""What the headline becomes when the examples count as production asks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.composition import Population, population
from measurand.analysis.correction import as_opinion
from measurand.analysis.means import means
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.mismatch_cells import Cells
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.result import Result
from measurand.analysis.score import Scores
from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import two_sided_z
from measurand.stats.reweighting import reweighted_difference, share_error

__all__ = ["ENOUGH", "headline_results"]

ENOUGH = 100
"""Independent examples from which on cells are fine enough for weights to repair a mean: with
fewer, what a cell holds is of several intents, and no interval knows of that."""
_MIXED = 0.1
"""Production of kinds that were joined, from which share on the repair is said to be in part."""


def headline_results(
    scores: Scores,
    made: Cells,
    sides: tuple[Side, Side],
    *,
    options: ComparisonOptions,
) -> Iterator[Result]:
    """Of every system: the overall mean as it is, re-weighted, and the difference of the two.

    The mean as it is is the headline that `measurand.analysis.comparison.compare` tells. The
    re-weighted one has in its interval that production's shares are estimated from a window. With
    fewer than a hundred independent examples neither it nor the difference is told.

    Args:
        scores: Of the examples.
        made: The cells, and what they count.
        sides: The set, and production.
        options: How systems are compared.
    """
    plain = replace(options, traffic={})
    before = Measure(
        scores,
        level=options.level,
        resamples=options.resamples,
        seed=options.seed,
        population=population(scores, plain),
    )
    found = _Placed.of(scores, made, sides[0])
    after = replace(before, population=found.population)
    old, new = (_overall(measure) for measure in (before, after))
    few = {
        system: reason
        for place, system in enumerate(scores.systems)
        if (reason := _few(scores, place, sides[0]))
    }
    production = made.second[made.second >= 0]
    clusters = sides[1].groups
    shared = None if clusters is None else clusters[made.second >= 0]
    for place, system in enumerate(scores.systems):
        error = found.share_error(scores.overall[:, place], production, shared)
        stamp = partial(Result, dimension=OVERALL, systems=(system,))
        if system in old:
            yield stamp(name="mean", estimate=old[system])
        if system in few:
            n = new[system].n if system in new else 0
            absent = Estimate.absent(few[system], n=n, level=options.level)
            yield stamp(name="mean_reweighted", estimate=absent)
            yield stamp(name="reweighting_difference", estimate=absent)
            continue
        if system in new:
            yield stamp(
                name="mean_reweighted", estimate=_partly(_widened(new[system], error), made)
            )
        gap = _partly(found.difference(scores, place, before=before, error=error), made)
        judged = bool(scores.overall_judged[place])
        yield stamp(name="reweighting_difference", estimate=as_opinion(gap) if judged else gap)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where the cells' examples stand among those that were scored."""

    population: Population

    @classmethod
    def of(cls, scores: Scores, made: Cells, side: Side) -> _Placed:
        place: Mapping[str, int] = {name: row for row, name in enumerate(side.ids)}
        at = np.asarray([place.get(name, -1) for name in scores.examples], dtype=np.intp)
        rows = at >= 0
        rows[rows] = made.first[at[rows]] >= 0
        chosen = at[rows]
        note = f"core, {int(rows.sum()):,} examples re-weighted to {len(made.names)} cells"
        return cls(
            Population(
                rows=rows,
                strata=made.strata(chosen) if len(chosen) else None,
                kind="re-weighted",
                note=note,
                sampled=True,
            )
        )

    def share_error(self, values: Floats, counted: ArrayLike, shared: ArrayLike | None) -> float:
        """What the mean's error owes to the shares being estimated; 0 where it has no error."""
        own = values[self.population.rows]
        given = ~np.isnan(own)
        if self.population.strata is None:
            return 0.0
        try:
            strata = self.population.strata.only(given)
            return share_error(own[given], strata, counted, clusters=shared)
        except InsufficientData:
            return 0.0

    def difference(self, scores: Scores, place: int, *, before: Measure, error: float) -> Estimate:
        """The re-weighted mean less the mean as it is, of the same examples."""
        rows = self.population.rows
        values = scores.overall[:, place][rows]
        given = ~np.isnan(values)
        strata = self.population.strata
        if strata is None:
            return Estimate.absent("no example was scored", n=0, level=before.level)
        chosen = before.population
        weights = None if chosen is None else chosen.weights
        old = None if weights is None else weights[rows][given]
        clusters = scores.clusters[rows][given] if scores.clustered else None
        return attempt(
            lambda: reweighted_difference(
                values[given],
                strata.only(given),
                before=old,
                clusters=clusters,
                shares_error=error,
                level=before.level,
            ),
            n=int(given.sum()),
            method="difference of two weightings",
            level=before.level,
        )


def _few(scores: Scores, place: int, side: Side) -> str:
    """Why so few examples that the system has a score on repair no mean; empty where they do."""
    known = set(side.ids)
    rows = np.asarray([name in known for name in scores.examples], dtype=bool)
    rows &= ~np.isnan(scores.overall[:, place])
    count = int(rows.sum())
    if count and scores.clustered:
        count = int(cluster_codes(scores.clusters[rows], count).max()) + 1
    if count >= ENOUGH:
        return ""
    return (
        f"{count:,} independent examples have a score, and with fewer than {ENOUGH} cells are too "
        "coarse for weights to repair a mean"
    )


def _partly(estimate: Estimate, made: Cells) -> Estimate:
    """The estimate, saying so where much of production is of kinds that were joined."""
    if estimate.value is None or made.mixed <= _MIXED:
        return estimate
    told = f"a repair in part: {made.mixed:.0%} of production is of kinds that were joined"
    return replace(estimate, reason="; ".join(filter(None, (estimate.reason, told))))


def _overall(measure: Measure) -> dict[str, Estimate]:
    """The overall mean by system."""
    return {
        result.systems[0]: result.estimate
        for result in means(measure)
        if result.name == "mean"
        and result.dimension == OVERALL
        and result.component is None
        and result.segment is None
        and not result.naive
    }


def _widened(estimate: Estimate, error: float) -> Estimate:
    """The interval with one more source of error, within the unit interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None or not error:
        return estimate
    more = two_sided_z(estimate.level) * error
    low = estimate.value - math.hypot(estimate.value - estimate.low, more)
    high = estimate.value + math.hypot(estimate.high - estimate.value, more)
    return replace(
        estimate,
        low=max(0.0, low),
        high=min(1.0, high),
        method=f"{estimate.method}; shares estimated",
    )
