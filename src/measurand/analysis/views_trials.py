"""What several outputs of one example tell: pass^k, chance between trials, what more would buy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.frame import Frame
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.measure import Measure
from measurand.analysis.result import Result
from measurand.analysis.views_chance import trial_passes
from measurand.core.scale import Scale
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.pass_at import pass_at_k, pass_hat_k
from measurand.stats.trial_variance import trial_share, trial_variance, trials_worth

if TYPE_CHECKING:
    from measurand.analysis.views import Scene

__all__ = ["trial_findings"]

_MOST_K = 10
_BLOCKING = "blocking"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """The scores of every trial of one system on one dimension.

    Args:
        dimension: Its name; ``blocking`` of not being blocked.
        system: Whose.
        scores: Shape (examples, trials); NaN where there is none.
        scale: Of the scores; None of passes, which are 1 and 0.
        judged: Whether a judge says so.
    """

    dimension: str
    system: str
    scores: Floats
    scale: Scale | None
    judged: bool


def trial_findings(measure: Measure, scene: Scene) -> tuple[Result, ...]:
    """Of every system with several outputs an example.

    Returns:
        ``pass_hat_k`` (all of k trials pass) and ``pass_at_k`` (any does) on yes/no dimensions, and
        of not being blocked, with ``design`` ``k=1`` and so on; ``trial_variance``,
        ``trial_variance_share`` and ``trials_worth`` by dimension. On the examples that the
        headline is of, clustered by them or by what they share. Nothing where there is one output
        an example.
    """
    scores = measure.scores
    whole = np.ones(len(scores.examples), dtype=bool)
    rows = whole if measure.population is None else measure.population.rows
    clusters = scores.clusters[rows] if measure.clustered else None
    found: list[Result] = []
    for tried in _tried(measure, scene):
        table = tried.scores[rows]
        counts = (~np.isnan(table)).sum(axis=1)
        if counts.max(initial=0) < 2:  # noqa: PLR2004 - one output is no repeat
            continue
        if tried.scale is None:
            found += _passes(measure, tried, table, clusters=clusters)
        found += _spread(measure, tried, table, clusters=clusters)
    return tuple(found)


def _tried(measure: Measure, scene: Scene) -> Iterator[_Tried]:
    scores = measure.scores
    frame = Frame(scene.table.where(against=None), scores.systems, rounds=scores.rounds).in_trials()
    if frame.shape[2] == 1 or frame.examples != scores.examples:
        return
    for layer, dimension in enumerate(scores.dimensions):
        means = trial_passes(frame, scores, dimension)
        for place, system in enumerate(scores.systems):
            yield _Tried(
                dimension=dimension.name,
                system=system,
                scores=means[:, place],
                scale=None if dimension.scale.binary else dimension.scale,
                judged=bool(scores.judged[layer]),
            )
    judged = any(scores.kinds.get(name) == "judge" for name in scores.blocked_on)
    for place, system in enumerate(scores.systems):
        passes = 1 - scores.blocked_outputs[:, place]
        yield _Tried(dimension=_BLOCKING, system=system, scores=passes, scale=None, judged=judged)


def _passes(
    measure: Measure, tried: _Tried, table: Floats, *, clusters: Codes | None
) -> Iterator[Result]:
    """Both for every k that two examples or more were tried."""
    counts = (~np.isnan(table)).sum(axis=1)
    passed = np.nansum(table, axis=1)
    most = min(int(np.sort(counts)[-2:][0]), _MOST_K) if len(counts) > 1 else 0
    for name, estimator in (("pass_hat_k", pass_hat_k), ("pass_at_k", pass_at_k)):
        for k in range(1, most + 1):
            compute = partial(estimator, passed, counts, k, clusters=clusters, level=measure.level)
            estimate = attempt(compute, n=len(counts), method=name, level=measure.level)
            yield _result(tried, name, estimate, design=f"k={k}")


def _spread(
    measure: Measure, tried: _Tried, table: Floats, *, clusters: Codes | None
) -> Iterator[Result]:
    """How far trials of an example differ, which share of all spread that is, and what it asks."""
    level, n = measure.level, len(table)
    compute = partial(trial_variance, table, clusters=clusters, level=level)
    within = attempt(compute, n=n, method="mean of variances", level=level)
    yield _result(tried, "trial_variance", within)
    share = attempt(
        partial(
            trial_share,
            table,
            clusters=clusters,
            rng=np.random.default_rng(measure.seed),
            level=level,
            resamples=measure.resamples,
        ),
        n=n,
        method="variance components",
        level=level,
    )
    yield _result(tried, "trial_variance_share", share)
    worth = attempt(partial(trials_worth, share), n=n, method="variance components", level=level)
    yield _result(tried, "trials_worth", worth)


def _result(tried: _Tried, name: str, estimate: Estimate, *, design: str | None = None) -> Result:
    return Result(
        name=name,
        estimate=as_opinion(estimate) if tried.judged else estimate,
        dimension=tried.dimension,
        systems=(tried.system,),
        design=design,
    )
