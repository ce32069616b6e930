"""How much better one rater's correlation with a target is than another's, on the same units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData
from measurand.stats.bca import no_spread
from measurand.stats.correlation_pairs import NO_SPREAD, PERFECT, Pairs, error_of, moves
from measurand.stats.correlation_rows import pearson_rows
from measurand.stats.dependent_correlations import joined, together
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["correlation_difference"]

_FEWEST = 5


def correlation_difference(
    first: ArrayLike,
    second: ArrayLike,
    target: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Pearson's r of ``first`` with the target minus that of ``second`` on the same units.

    The interval joins those of the two correlations by the correlation that their errors have
    because target and units are the same. All three are from leaving out each unit or cluster. Of
    independent units they are compared with Fisher's z and the normal theory, which hold the truth
    too seldom on grades that crowd at one end, and the wider interval is published.

    Args:
        first: Shape (n,).
        second: Shape (n,).
        target: Shape (n,).
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        weights: For how many units each stands, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than 5 units or clusters; one of the three is the same for all
            units, or would be without one unit or cluster; the two raters say the same, up to a
            straight line; or one of them equals the target so.
        UsageError: The arguments are not vectors of finite numbers of one length, or a weight is
            negative.

    References:
        Zou (2007), Psychological Methods 12, 399-413, equations 13 and 15; Hinkley (1977),
        Biometrika 64, 21-28, for the jackknife.
    """
    check_level(level)
    one, two = (Pairs.of(x, target, clusters=clusters, weights=weights) for x in (first, second))
    if one.clusters < _FEWEST:
        noun = "units" if one.clusters == one.n else "clusters"
        raise InsufficientData(
            f"a difference of correlations needs {_FEWEST} {noun}; {one.clusters} here"
        )
    between = _pearson(replace(one, y=two.x))
    r = _pearson(one), _pearson(two)
    if abs(between) > PERFECT:
        raise InsufficientData("both say the same, up to a straight line")
    found, kind = _left_out((one, two), r, level=level), one.jackknife
    if one.plain:
        half = two_sided_z(level) / math.sqrt(one.n - 3)
        textbook = joined(r, (half, half), together(*r, between))
        found, kind = max((found, kind), (textbook, "Fisher z"), key=lambda ours: np.ptp(ours[0]))
    return Estimate(
        value=r[0] - r[1],
        low=found[0],
        high=found[1],
        level=level,
        n=one.n,
        method=f"Zou, {kind}",
        reason=caution_if_few(one.clusters, "clusters") if one.clusters < one.n else None,
    )


def _pearson(pairs: Pairs) -> float:
    return pairs.coefficient(pearson_rows(pairs.x, pairs.y), name="a correlation")


def _left_out(
    both: tuple[Pairs, Pairs], r: tuple[float, float], *, level: float
) -> tuple[float, float]:
    """The interval that leaving out each cluster gives."""
    without = [one.left_out(pearson_rows(one.x, one.y), name="a correlation") for one in both]
    if max(np.abs([*r, *np.concatenate(without)])) > PERFECT:
        raise InsufficientData(
            "one of the two is the very thing that both are held against, up to a straight line, "
            "for all units but one or a cluster at the most"
        )
    one, two = (moves(each) for each in without)
    error, other = error_of(one), error_of(two)
    if min(error, other) <= NO_SPREAD:
        raise no_spread("a correlation")
    quantile = t_quantile((1 + level) / 2, one.size - 1)
    return joined(r, (quantile * error, quantile * other), float(one @ two) / (error * other))
