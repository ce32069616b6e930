"""The estimates of a comparison: one mean, blocking rates, places between floor and expert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from measurand.analysis.composition import Population
from measurand.analysis.correction import as_opinion
from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.result import NAIVE, Result
from measurand.analysis.score import Scores
from measurand.core.example import COMPONENTS
from measurand.core.plan import Looks
from measurand.core.scale import UNIT, Scale
from measurand.errors import InsufficientData
from measurand.stats.bootstrap import bca, means_bca
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.poststrata import Strata, stratified_mean
from measurand.stats.proportion import clopper_pearson, wilson
from measurand.stats.share import clustered_share

__all__ = [
    "NOTHING_TO_WEIGH",
    "OVERALL",
    "Measure",
    "as_naive",
    "blocking_rates",
    "on_scale",
    "overall_means",
    "place_on_scale",
]

OVERALL = "overall"
"""The name of the weighted score, where a dimension's name could stand."""

NOTHING_TO_WEIGH = "no rated dimension has a numeric scale with bounds, as 1-5, to be weighed"
"""Why there is no overall score."""

_FEWEST = 2
_FEWEST_RESAMPLED = 20
"""Below this the percentiles of a bootstrap are too narrow, and t on the scores is not."""

_SPAN = Scale("interval")
"""Differences of scores; their bounds play no part."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Scores, and how their uncertainty is expressed.

    Args:
        scores: Of all examples.
        level: The confidence level.
        resamples: Of bootstraps.
        seed: Of bootstraps, folds and flips.
        population: Of which examples the headline is; of all by default.
        looks: Whether these data are looked at once, or at any time while they grow.
        head: The scores of the examples that the headline is of.
        clustered: Whether any two of those examples share a cluster.
    """

    scores: Scores
    level: float
    resamples: int
    seed: int
    population: Population | None = None
    looks: Looks = "fixed"
    head: Scores = field(init=False)
    clustered: bool = field(init=False)

    def __post_init__(self) -> None:
        chosen = self.population
        whole = chosen is None or bool(chosen.rows.all())
        head = self.scores if chosen is None or whole else self.scores.only(chosen.rows)
        object.__setattr__(self, "head", head)
        object.__setattr__(self, "clustered", head.clustered)

    @property
    def strata(self) -> Strata | None:
        """The segments to whose traffic ``head`` is re-weighted; None where it is not."""
        return None if self.population is None else self.population.strata

    def mean(
        self,
        values: Floats,
        *,
        scale: Scale,
        clusters: Codes | None,
        strata: Strata | None = None,
    ) -> Estimate:
        """The mean of scores, NaN left out.

        Re-weighted where there are strata; else CR1 where clustered, Wilson for yes/no, else t.
        """
        given = ~np.isnan(values)
        n, kept = int(given.sum()), values[given]
        bounds = (0.0, 1.0) if scale.bounded else None
        if strata is not None:
            compute = partial(
                stratified_mean,
                kept,
                strata.only(given),
                clusters=None if clusters is None else clusters[given],
                bounds=bounds,
                level=self.level,
            )
        elif clusters is not None:
            shared = clusters[given]
            compute = partial(clustered_mean, kept, shared, bounds=bounds, level=self.level)
        elif n and all_yes_no(kept, scale):
            compute = partial(wilson, int(kept.sum()), n, level=self.level)
        else:
            compute = partial(mean_t, kept, bounds=bounds, level=self.level)
        return attempt(compute, n=n, method="mean", level=self.level)

    def means_by_bootstrap(
        self, table: Floats, *, clusters: Codes | None, strata: Strata | None = None
    ) -> tuple[Estimate, ...]:
        """The mean of every column, NaN left out, by the BCa (cluster) bootstrap.

        All columns share their resamples. Absent on few units: resamples of a handful vary less
        than samples do.
        """
        given = ~np.isnan(table)
        units = _units(given, clusters)
        if max(units, default=0) < _FEWEST_RESAMPLED:
            return tuple(
                self._too_few(few, int(n)) for few, n in zip(units, given.sum(axis=0), strict=True)
            )
        rng = np.random.default_rng(self.seed)
        if strata is None:
            found = means_bca(
                table, clusters=clusters, rng=rng, level=self.level, resamples=self.resamples
            )
        else:
            found = tuple(self._stratified_bca(column, strata, clusters) for column in table.T)
        return tuple(
            estimate if count >= _FEWEST_RESAMPLED else self._too_few(count, estimate.n)
            for estimate, count in zip(found, units, strict=True)
        )

    def _stratified_bca(self, values: Floats, strata: Strata, clusters: Codes | None) -> Estimate:
        """The re-weighted mean of one column; every resample is re-weighted anew."""
        given = ~np.isnan(values)
        codes = strata.codes[given]
        member = np.eye(strata.shares.size)[codes]
        count = strata.shares.size
        if (reason := _not_resampled(strata.only(given), clusters, given)) is not None:
            return Estimate.absent(reason, n=int(given.sum()), method="BCa", level=self.level)
        if strata.base is not None:
            member = member * strata.base[given, None]

        def weighted(means: Floats) -> Floats:
            return np.asarray((means[..., :count] / means[..., count:]) @ strata.shares)

        compute = partial(
            bca,
            np.concatenate([member * values[given, None], member], axis=1),
            weighted,
            clusters=None if clusters is None else clusters[given],
            rng=np.random.default_rng(self.seed),
            level=self.level,
            resamples=self.resamples,
        )
        found = attempt(compute, n=int(given.sum()), method="BCa", level=self.level)
        return replace(found, method=f"{strata.method}, {found.method}")

    def _too_few(self, units: int, n: int) -> Estimate:
        reason = f"{units} independent examples are too few to resample"
        return Estimate.absent(reason, n=n, method="BCa", level=self.level)


def _not_resampled(strata: Strata, clusters: Codes | None, given: Bools) -> str | None:
    """Why weighted examples cannot be resampled; None where they can.

    Where one stands for most of its stratum, the weighted mean of all resamples that hold it is
    its own value, whatever others like it are.
    """
    held = strata.held(None if clusters is None else clusters[given]).min()
    if held < _FEWEST:
        return "a stratum of a single example or cluster cannot be resampled"
    if strata.base is None:
        return None
    if held < _FEWEST_RESAMPLED:
        return "strata of a few examples cannot be resampled"
    if strata.dominated.any() or strata.worth.min() < _FEWEST_RESAMPLED:
        return "a few examples stand for most of a stratum, which cannot be resampled"
    return None


def _units(given: Bools, clusters: Codes | None) -> list[int]:
    """How many examples, or clusters, have a value in each column."""
    if clusters is None:
        return [int(count) for count in given.sum(axis=0)]
    return [len(np.unique(clusters[column])) for column in given.T]


def blocking_rates(measure: Measure, *, expected: bool = False) -> Iterator[Result]:
    """How often each system is blocked, and flagged by anyone, with one-sided upper bounds.

    Of all examples, whatever the headline is of: a failure counts wherever it happens. Where
    examples say to which component they belong, of each component as well.

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
            if (estimate := _upper(flags, measure.level)) is not None:
                yield stamp(name=name, estimate=estimate)
            elif expected and name == "blocking_rate":
                reason = f"nobody rated {system} on a dimension that blocks"
                if unknown:
                    reason = f"no rating of {system} on a dimension that blocks has a value"
                estimate = Estimate.absent(reason, method="Clopper-Pearson", level=measure.level)
                yield stamp(name=name, estimate=estimate)
            if unknown and name == "blocking_rate":
                worst = np.where(scores.unknown[:, place], 1.0, flags)
                if (estimate := _upper(worst, measure.level)) is not None:
                    yield stamp(name="blocking_rate_if_unknown", estimate=estimate)
        if (share := _of_outputs(measure, place)) is not None:
            yield stamp(name="blocking_rate_of_outputs", estimate=share)
        yield from _by_component(measure, place)


def _by_component(measure: Measure, place: int) -> Iterator[Result]:
    scores = measure.scores
    for component in COMPONENTS:
        part = np.asarray([name == component for name in scores.components], dtype=bool)
        if (estimate := _upper(scores.blocked[part, place], measure.level)) is not None:
            yield Result(
                name="blocking_rate",
                estimate=estimate,
                systems=(scores.systems[place],),
                dimension="blocking",
                component=component,
            )


def _upper(flags: Floats, level: float) -> Estimate | None:
    """The share of flags that are set, with its one-sided bound; None where there is no flag."""
    n = int((~np.isnan(flags)).sum())
    return clopper_pearson(int(np.nansum(flags)), n, level=level, side="upper") if n else None


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
    scores = measure.head
    if floor not in scores.systems or expert not in scores.systems:
        return
    low, high = scores.systems.index(floor), scores.systems.index(expert)
    for place, system in enumerate(scores.systems):
        if place in {low, high}:
            continue
        columns = scores.overall[:, [place, low, high]]
        shared: Bools = np.asarray(~np.isnan(columns).any(axis=1))
        compute = partial(_place, measure, columns, shared)
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


def _place(measure: Measure, columns: Floats, shared: Bools) -> Estimate:
    head, kept = measure.head, columns[shared]
    span = kept[:, 2] - kept[:, 1]
    if not len(span):
        raise InsufficientData("floor, expert and system share no rated example")
    clusters = head.clusters[shared] if measure.clustered else None
    strata = None if measure.strata is None else measure.strata.only(shared)
    if strata is not None and strata.dominated.any():
        raise InsufficientData("a few examples stand for most of a stratum: no resampling tells")
    gap = measure.mean(span, scale=_SPAN, clusters=clusters, strata=strata)
    if gap.low is None or gap.low <= 0:
        raise InsufficientData("the expert is not reliably above the floor, so there is no scale")
    return bca(
        kept if strata is None else kept * (len(kept) * strata.weights)[:, None],
        lambda means: (means[..., 0] - means[..., 1]) / (means[..., 2] - means[..., 1]),
        clusters=clusters,
        rng=np.random.default_rng(measure.seed),
        level=measure.level,
        resamples=measure.resamples,
    )


def overall_means(measure: Measure, table: Floats) -> tuple[Estimate, ...]:
    """The mean of every column of weighted scores of the headline's examples.

    By bootstrap; without any spread by formula.
    """
    head, strata = measure.head, measure.strata
    if not any(dimension.scale.bounded for dimension in head.dimensions):
        absent = Estimate.absent(NOTHING_TO_WEIGH, n=0, method="mean", level=measure.level)
        return tuple(absent for _ in table.T)
    clusters = head.clusters if measure.clustered else None
    found = measure.means_by_bootstrap(table, clusters=clusters, strata=strata)
    return tuple(
        estimate
        if estimate.present
        else measure.mean(values, scale=UNIT, clusters=clusters, strata=strata)
        for estimate, values in zip(found, table.T, strict=True)
    )


def as_naive(estimate: Estimate) -> Estimate:
    """An estimate that ignores clusters, marked as one."""
    return replace(
        estimate,
        method=f"{estimate.method}{NAIVE}",
        reason=estimate.reason or "ignores that examples share clusters; for comparison only",
    )
