"""How much of what is attainable a judge attains: its correlation over the ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table, check_finite
from measurand.stats.bca import Interval, Resampling, require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.oneway import oneway_moments, oneway_squares, single_reliability
from measurand.stats.patterns import Patterns
from measurand.stats.resampling import RESAMPLES, bca, jackknife_t
from measurand.stats.sample import Sample

__all__ = ["ceiling_ratio"]

_NAME = "the correlation over its ceiling"
_NONE = (
    "no ceiling exists, as raters of the same unit differ as much as raters of different units; "
    "or the judge says the same of all"
)
_ROUNDING = 1e-12
_NEARLY = 0.9999
"""A correlation beyond this is too near to the end of Fisher's scale."""


def ceiling_ratio(  # noqa: PLR0913 - two tables, how they were drawn, and how the interval is
    judge: ArrayLike,
    ratings: Floats,
    *,
    rng: np.random.Generator,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The correlation of a judge with the mean of people, over the best that any judge can have.

    It is the correlation with what people would say on average if there were no end of them, by
    which judges of dimensions that people agree on to different degrees can be compared. Units
    are resampled through the whole ratio, since its two parts move together; clusters, and units
    that weigh differently, are left out one by one.

    Args:
        judge: One finite number per unit, shape (units,).
        ratings: Shape (units, raters); NaN marks a rating that was not given. Units with fewer
            than two do not count.
        rng: Draws the resamples; the jackknife draws none.
        clusters: The cluster of each unit, shape (units,).
        weights: Positive, shape (units,), of both parts: one over how likely a draw was.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Returns:
        At most 1, as no correlation exceeds its ceiling: what chance puts above is cut, and the
        reason says so.

    Raises:
        InsufficientData: No ceiling exists, as people agree no more than by chance, in the data or
            in more than a tenth of the resamples; fewer than three units or clusters; or the
            judge says the same of all.
        UsageError: The arguments have other shapes, or a weight is not positive.

    References:
        Spearman (1904), American Journal of Psychology 15, 72-101, for the disattenuation.
    """
    drawn = _Drawn.of(judge, ratings, clusters, weights=weights)
    require_units(len(drawn.sums), _NAME, drawn.noun)
    value = float(_ratios(drawn.sums, np.ones((1, len(drawn.sums))))[0])
    if np.isnan(value):
        raise InsufficientData(_NONE)
    how = Resampling(rng=rng, level=level, resamples=resamples)
    plain = clusters is None and weights is None
    found, kind = (_drawn if plain else _jackknifed)(drawn.sums, value, how)
    cut = f"it comes to {value:.2f} by chance and is shown as 1" if value > 1 else None
    return Estimate(
        value=min(value, 1.0),
        low=min(found.low, 1.0),
        high=min(found.high, 1.0),
        level=level,
        n=drawn.n,
        method=(
            f"Pearson over the square root of the reliability of the mean, {kind} over {drawn.noun}"
        ),
        reason=cut or caution_if_few(drawn.count, drawn.noun) or found.caution,
    )


def _drawn(sums: Floats, _: float, how: Resampling) -> tuple[Interval, str]:
    statistic, ones = partial(_ratios, sums), np.ones(len(sums))
    return bca(statistic, ones, how, name=_NAME, width=sums.shape[1]), "BCa"


def _jackknifed(sums: Floats, value: float, how: Resampling) -> tuple[Interval, str]:
    """Leaving out clusters, on Fisher's scale of the correlation under the ceiling as it is.

    A ratio near 1 is as skewed as a correlation near 1. Where the ceiling is nearly reached and
    one cluster could take the ratio beyond 1, the scale ends, and the ratio itself is used.
    """
    ones = np.ones(len(sums))
    mean_squares = oneway_squares(sums.sum(axis=0)[None, :7])[0]
    ceiling = float(np.sqrt(1 - mean_squares[0]))

    def scores(times: Floats) -> Floats:
        correlation = _ratios(sums, times) * ceiling
        inside = np.abs(correlation) < _NEARLY
        return np.arctanh(np.where(inside, correlation, np.nan))

    width = sums.shape[1]
    try:
        found = jackknife_t(scores, ones, level=how.level, name=_NAME, width=width)
    except InsufficientData:
        ratios = partial(_ratios, sums)
        return jackknife_t(ratios, ones, level=how.level, name=_NAME, width=width), "jackknife-t"
    low, high = (float(np.tanh(end)) / ceiling for end in (found.low, found.high))
    return Interval(min(low, value), max(high, value)), "jackknife-t on Fisher's scale"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What each cluster, or group of clusters, adds to the ratio."""

    sums: Floats
    n: int
    count: int
    noun: str

    @classmethod
    def of(
        cls,
        judge: ArrayLike,
        ratings: Floats,
        clusters: ArrayLike | None,
        *,
        weights: ArrayLike | None,
    ) -> _Drawn:
        vector, table = check_finite(judge, 1), as_table(ratings)
        if vector.size != len(table):
            raise UsageError(f"one judgment a unit is needed; found {vector.size} for {len(table)}")
        enough = np.asarray((~np.isnan(table)).sum(axis=1) > 1)
        sample = Sample.of(len(table), clusters, weights).only(enough)
        rows = _columns(vector[enough], table[enough], sample.weights)
        sums = rows if sample.plain else sample.added(rows)
        noun = "units" if clusters is None else "clusters"
        return cls(sums, len(rows), sample.count, noun)


def _columns(judge: Floats, table: Floats, weights: Floats) -> Floats:
    """The moments of the analysis of variance, then those of judge and mean, additive."""
    patterns = Patterns.of(table, compressed=False)
    low, high = patterns.values[0], patterns.values[-1]
    people = (patterns.sums(patterns.values) / patterns.sizes - (low + high) / 2) / (
        (high - low) or 1.0
    )
    said = (judge - (judge.min() + judge.max()) / 2) / (float(np.ptp(judge)) or 1.0)
    both = np.stack([said, people, said**2, people**2, said * people], axis=1)
    return np.concatenate([oneway_moments(patterns, weights), both * weights[:, None]], axis=1)


def _ratios(sums: Floats, weights: Floats) -> Floats:
    added = weights @ sums
    units = added[:, 0]
    x, y, xx, yy, xy = (added[:, 7:] / units[:, None]).T
    spread = np.maximum(xx - x**2, 0) * np.maximum(yy - y**2, 0)
    ratio, raters, _ = oneway_squares(added[:, :7])
    single = single_reliability(np.where(np.isfinite(ratio), ratio, 1.0), raters)
    reliability = raters * single / (1 + (raters - 1) * single)
    usable = (spread > _ROUNDING) & (reliability > _ROUNDING)
    bottom = np.sqrt(spread * np.maximum(reliability, 0))
    return np.asarray(np.divide(xy - x * y, bottom, out=np.full(len(units), np.nan), where=usable))
