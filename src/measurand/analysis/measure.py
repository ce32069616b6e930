"""The estimates of a comparison: one mean, blocking rates, places between floor and expert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.result import NAIVE, Result
from measurand.analysis.score import Scores
from measurand.core.scale import UNIT, Scale
from measurand.errors import InsufficientData
from measurand.stats.bootstrap import bca, mean_bca
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.proportion import clopper_pearson, wilson
from measurand.stats.share import clustered_share

__all__ = [
    "NOTHING_TO_WEIGH",
    "OVERALL",
    "Measure",
    "as_naive",
    "blocking_rates",
    "on_scale",
    "overall_mean",
    "place_on_scale",
]

OVERALL = "overall"
"""The name of the weighted score, where a dimension's name could stand."""

NOTHING_TO_WEIGH = "no rated dimension has a numeric scale with bounds, as 1-5, to be weighed"
"""Why there is no overall score."""

_FEWEST_RESAMPLED = 20
"""Below this the percentiles of a bootstrap are too narrow, and t on the scores is not."""

_SPAN = Scale("interval")
"""Differences of scores; their bounds play no part."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Scores, and how their uncertainty is expressed."""

    scores: Scores
    level: float
    resamples: int
    seed: int

    def mean(self, values: Floats, *, scale: Scale, clusters: Codes | None) -> Estimate:
        """The mean of scores, NaN left out: CR1 where clustered, else Wilson for yes/no, else t."""
        given = ~np.isnan(values)
        n, kept = int(given.sum()), values[given]
        bounds = (0.0, 1.0) if scale.bounded else None
        if clusters is not None:
            shared = clusters[given]
            compute = partial(clustered_mean, kept, shared, bounds=bounds, level=self.level)
        elif n and all_yes_no(kept, scale):
            compute = partial(wilson, int(kept.sum()), n, level=self.level)
        else:
            compute = partial(mean_t, kept, bounds=bounds, level=self.level)
        return attempt(compute, n=n, method="mean", level=self.level)

    def mean_by_bootstrap(self, values: Floats, *, clusters: Codes | None) -> Estimate:
        """The mean of weighted scores, NaN left out, by the BCa (cluster) bootstrap.

        Absent on few units: resamples of a handful vary less than samples do.
        """
        given = ~np.isnan(values)
        units = int(given.sum()) if clusters is None else len(np.unique(clusters[given]))
        if units < _FEWEST_RESAMPLED:
            reason = f"{units} independent examples are too few to resample"
            return Estimate.absent(reason, n=int(given.sum()), method="BCa", level=self.level)
        compute = partial(
            mean_bca,
            values[given],
            clusters=None if clusters is None else clusters[given],
            rng=np.random.default_rng(self.seed),
            level=self.level,
            resamples=self.resamples,
        )
        return attempt(compute, n=int(given.sum()), method="BCa", level=self.level)


def blocking_rates(measure: Measure, *, expected: bool = False) -> Iterator[Result]:
    """How often each system is blocked, and flagged by anyone, with one-sided upper bounds.

    Args:
        measure: The scores, and how uncertainty is expressed.
        expected: Whether some dimension blocks: then a system that nobody rated on one has an
            absent rate. Not having looked is not a pass.

    Returns:
        ``blocking_rate``, ``any_flag_rate``, and where ratings failed so that it is unknown whether
        some outputs are blocked, ``blocking_rate_if_unknown``: the rate if all of those were.
        They count examples. Where there are several outputs of one, ``blocking_rate_of_outputs``
        counts outputs.
    """
    scores = measure.scores
    for place, system in enumerate(scores.systems):
        stamp = partial(Result, systems=(system,), dimension="blocking")
        unknown = int(scores.unknown[:, place].sum())
        tables = {"blocking_rate": scores.blocked, "any_flag_rate": scores.flagged}
        for name, table in tables.items():
            flags = table[:, place]
            n, count = int((~np.isnan(flags)).sum()), int(np.nansum(flags))
            if n:
                estimate = clopper_pearson(count, n, level=measure.level, side="upper")
                yield stamp(name=name, estimate=estimate)
            elif expected and name == "blocking_rate":
                reason = f"nobody rated {system} on a dimension that blocks"
                if unknown:
                    reason = f"every rating of {system} on a dimension that blocks failed"
                estimate = Estimate.absent(reason, method="Clopper-Pearson", level=measure.level)
                yield stamp(name=name, estimate=estimate)
            if unknown and name == "blocking_rate":
                count, n = count + unknown, n + unknown
                estimate = clopper_pearson(count, n, level=measure.level, side="upper")
                yield stamp(name="blocking_rate_if_unknown", estimate=estimate)
        if (share := _of_outputs(measure, place)) is not None:
            yield stamp(name="blocking_rate_of_outputs", estimate=share)


def _of_outputs(measure: Measure, place: int) -> Estimate | None:
    """The share of a system's outputs that are blocked; None where no example has several."""
    scores = measure.scores
    flags = scores.blocked_outputs[:, place]
    given = ~np.isnan(flags)
    if not (given.sum(axis=-1) > 1).any():
        return None
    clusters = np.broadcast_to(scores.clusters[:, None], flags.shape)
    compute = partial(clustered_share, flags[given], clusters[given], level=measure.level)
    return attempt(compute, n=int(given.sum()), method="Wilson", level=measure.level)


def place_on_scale(measure: Measure, *, floor: str | None, expert: str | None) -> Iterator[Result]:
    """Where each system stands between floor (0) and expert (1), on shared examples."""
    scores = measure.scores
    if floor not in scores.systems or expert not in scores.systems:
        return
    low, high = scores.systems.index(floor), scores.systems.index(expert)
    for place, system in enumerate(scores.systems):
        if place in {low, high}:
            continue
        columns = scores.overall[:, [place, low, high]]
        shared = ~np.isnan(columns).any(axis=1)
        compute = partial(_place, measure, columns[shared], scores.clusters[shared])
        estimate = attempt(
            compute, n=int(shared.sum()), method="BCa of a ratio", level=measure.level
        )
        if scores.overall_judged[[place, low, high]].any():
            estimate = as_opinion(estimate)
        yield Result(name="place", estimate=estimate, systems=(system,), dimension=OVERALL)


def on_scale(estimate: Estimate, scale: Scale, *, difference: bool = False) -> Estimate:
    """An estimate on the unit interval, told in the units of the scale that people know."""
    if scale.low is None or scale.high is None or scale.binary:
        return estimate
    shift = 0.0 if difference else scale.low
    moved = estimate.scaled(scale.high - scale.low, shift)
    return replace(moved, method=f"{estimate.method}; on {scale}")


def _place(measure: Measure, columns: Floats, clusters: Codes) -> Estimate:
    span = columns[:, 2] - columns[:, 1]
    if not len(span):
        raise InsufficientData("floor, expert and system share no rated example")
    gap = measure.mean(span, scale=_SPAN, clusters=clusters if measure.scores.clustered else None)
    if gap.low is None or gap.low <= 0:
        raise InsufficientData("the expert is not reliably above the floor, so there is no scale")
    return bca(
        columns,
        lambda means: (means[..., 0] - means[..., 1]) / (means[..., 2] - means[..., 1]),
        clusters=clusters if measure.scores.clustered else None,
        rng=np.random.default_rng(measure.seed),
        level=measure.level,
        resamples=measure.resamples,
    )


def overall_mean(measure: Measure, values: Floats) -> Estimate:
    """The mean of weighted scores of all examples: by bootstrap, without any spread by formula."""
    if not any(dimension.scale.bounded for dimension in measure.scores.dimensions):
        return Estimate.absent(NOTHING_TO_WEIGH, n=0, method="mean", level=measure.level)
    clusters = measure.scores.clusters if measure.scores.clustered else None
    estimate = measure.mean_by_bootstrap(values, clusters=clusters)
    return estimate if estimate.present else measure.mean(values, scale=UNIT, clusters=clusters)


def as_naive(estimate: Estimate) -> Estimate:
    """An estimate that ignores clusters, marked as one."""
    return replace(
        estimate,
        method=f"{estimate.method}{NAIVE}",
        reason=estimate.reason or "ignores that examples share clusters; for comparison only",
    )
