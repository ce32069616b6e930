"""From what people have rated so far, or from assumptions, to the widths of intervals to come."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import chdtri

from measurand.analysis.matrix import Floats, RaterMatrix, flagged, rater_matrix
from measurand.analysis.rating_widths import (
    ASSUMED,
    HIGHEST,
    LOWEST,
    Assumed,
    Three,
    Wanted,
    Width,
    WidthOf,
)
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension
from measurand.core.scale import YES_NO
from measurand.errors import InsufficientData
from measurand.stats.consensus import mean_vote
from measurand.stats.estimate import attempt
from measurand.stats.icc import icc
from measurand.stats.krippendorff import krippendorff_alpha
from measurand.stats.precision import (
    ceiling_width,
    icc_width,
    mean_width,
    rescaled_width,
    share_width,
    variance_parts,
)
from measurand.stats.proportion import wilson

__all__ = ["widths_of"]

_MANY = 1e6
"""As good as infinitely many raters."""
_MAJORITY = 0.5


def widths_of(
    dimension: Dimension, ratings: Ratings | None, *, wanted: Wanted, assumed: Assumed
) -> Iterator[Width]:
    """The widths that matter on a dimension, from people's ratings where there are enough.

    Args:
        dimension: The dimension.
        ratings: Ratings by people so far, of all dimensions; None where there are none.
        wanted: How wide intervals may be.
        assumed: What is reckoned with where ratings say nothing.
    """
    people = ratings.where(kind="people", dimension=dimension.name) if ratings else None
    told: list[Callable[[], Width]] = []
    if people is not None and len(people):
        matrix = rater_matrix(people, dimension.scale)
        told.append(partial(_alpha, dimension, matrix, wanted))
        if dimension.scale.numeric and not dimension.scale.binary:
            told.append(partial(_ceiling, dimension, matrix, wanted))
        if dimension.scale.bounded:
            told.append(partial(_mean, dimension, matrix, wanted))
        if dimension.blocking:
            told.append(partial(_share, dimension, flagged(people, dimension), wanted))
    found: dict[WidthOf, Width] = {}
    for compute in told:
        try:
            width = compute()
        except InsufficientData:
            continue
        found[width.of] = width
    for width in _assumed(dimension, wanted, assumed):
        yield found.get(width.of, width)


def _alpha(dimension: Dimension, matrix: RaterMatrix, wanted: Wanted) -> Width:
    measured = krippendorff_alpha(
        matrix.values,
        metric=dimension.scale.metric,
        rng=np.random.default_rng(0),
        level=wanted.level,
        interval="jackknife-t",
    )
    usual = _usual_raters(matrix)
    rescaled_width(measured, measured.n)  # refuses what has no scale

    def at(units: float, raters: float) -> Three:
        value = rescaled_width(measured, units, raters=(usual, raters))
        return _uncertain(value, measured.n, wanted.level)

    return _width(dimension, "alpha", at, wanted=wanted, pilot=measured.n)


def _ceiling(dimension: Dimension, matrix: RaterMatrix, wanted: Wanted) -> Width:
    measured = icc(matrix.values, form="1", level=wanted.level)
    if measured.value is None or measured.low is None or measured.high is None:
        raise InsufficientData(measured.reason or "nothing was measured")
    if not LOWEST < measured.value < HIGHEST:
        raise InsufficientData("raters agree too little, or too well, to reckon with")
    three = (measured.low, measured.value, measured.high)
    at = _over_icc(three, partial(ceiling_width, level=wanted.level))
    return _width(dimension, "ceiling", at, wanted=wanted, pilot=measured.n)


def _mean(dimension: Dimension, matrix: RaterMatrix, wanted: Wanted) -> Width:
    """Spread within a system, as a mean is of one system."""
    low, high = dimension.scale.low or 0.0, dimension.scale.high or 1.0
    shares = (matrix.values - low) / (high - low)
    names = np.asarray(matrix.systems)
    parts: list[tuple[int, float, float]] = []
    for system in dict.fromkeys(matrix.systems):
        rows = shares[names == system]
        try:
            parts.append((len(rows), *variance_parts(rows)))
        except InsufficientData:
            continue
        shares[names == system] -= np.nanmean(rows)
    units = sum(n for n, _, _ in parts)
    if not units:
        raise InsufficientData("no system has three outputs, some rated twice")
    between, within = (sum(part[0] * part[i] for part in parts) / units for i in (1, 2))
    if not between + within:
        raise InsufficientData("all ratings are equal")

    def at(units_: float, raters: float) -> Three:
        value = mean_width(between, within, units=units_, raters=raters, level=wanted.level)
        return _uncertain(value, units, wanted.level)

    width = _width(dimension, "mean", at, wanted=wanted, pilot=units)
    return replace(width, agreement=_agreement(shares, wanted.level))


def _agreement(shares: Floats, level: float) -> Three | None:
    """The intraclass correlation of ratings around their systems' means."""
    found = attempt(partial(icc, shares, form="1", level=level), n=len(shares), method="ICC(1,1)")
    if found.value is None or found.low is None or found.high is None:
        return None
    return found.low, found.value, found.high


def _share(dimension: Dimension, flags: Ratings, wanted: Wanted) -> Width:
    votes = mean_vote(rater_matrix(flags, YES_NO).values)
    votes = votes[~np.isnan(votes)]
    found = wilson(int(np.count_nonzero(votes >= _MAJORITY)), len(votes), level=wanted.level)
    three = (found.low or 0.0, found.value or 0.0, found.high or 1.0)
    at = _over_shares(three, wanted.level)
    return _width(dimension, "share", at, wanted=wanted, pilot=len(votes))


def _assumed(dimension: Dimension, wanted: Wanted, assumed: Assumed) -> Iterator[Width]:
    """What every dimension of this kind would be reckoned with, without ratings."""
    make, level = partial(_width, dimension, wanted=wanted, pilot=0), wanted.level
    yield make("alpha", _over_icc(assumed.agreement, partial(icc_width, level=level)))
    if dimension.scale.numeric and not dimension.scale.binary:
        yield make("ceiling", _over_icc(assumed.agreement, partial(ceiling_width, level=level)))
    if dimension.scale.bounded:
        usual = assumed.agreement[1]

        def of_spread(spread: float, units: float, raters: float) -> float:
            parts = (usual * spread**2, (1 - usual) * spread**2)
            return mean_width(*parts, units=units, raters=raters, level=level)

        yield replace(make("mean", _over(assumed.spread, of_spread)), agreement=assumed.agreement)
    if dimension.blocking:
        yield make("share", _over_shares(assumed.blocked, level))


def _width(
    dimension: Dimension,
    of: WidthOf,
    at: Callable[[float, float], Three],
    *,
    wanted: Wanted,
    pilot: int,
) -> Width:
    return Width(
        of=of,
        dimension=dimension.name,
        at=at,
        wanted=float(getattr(wanted, of)),
        raters=1 if of in {"mean", "share"} else 2,
        n=pilot,
        method="from what was rated so far" if pilot else ASSUMED,
        level=wanted.level,
    )


def _over(three: Three, width: Callable[..., float]) -> Callable[[float, float], Three]:
    """The width over low, usual and high of what it depends on; the ends need not be in order."""

    def at(units: float, raters: float) -> Three:
        low, value, high = (width(x, units, raters) for x in three)
        return min(low, value, high), value, max(low, value, high)

    return at


def _over_icc(three: Three, width: Callable[..., float]) -> Callable[[float, float], Three]:
    low, value, high = (min(max(x, LOWEST), HIGHEST) for x in three)
    at = _over((low, value, high), width)
    return lambda units, raters: at(units, min(raters, _MANY))


def _over_shares(three: Three, level: float) -> Callable[[float, float], Three]:
    return _over(three, lambda share, units, _: share_width(share, units, level=level))


def _uncertain(width: float, units: int, level: float) -> Three:
    """A width goes by a standard deviation, which n units tell as the chi-square says."""
    free = max(units - 1, 1)
    ends = (
        math.sqrt(free / float(chdtri(free, tail))) for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    low, high = (width * end for end in ends)
    return low, width, high


def _usual_raters(matrix: RaterMatrix) -> float:
    """The n0 of an unbalanced analysis of variance, at least two."""
    sizes = (~np.isnan(matrix.values)).sum(axis=1).astype(float)
    sizes = sizes[sizes > 1]
    total = float(sizes.sum())
    return (total - float(sizes @ sizes) / total) / max(len(sizes) - 1, 1)
