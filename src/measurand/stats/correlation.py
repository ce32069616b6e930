"""How well two sets of numbers for the same units go together: Pearson, Spearman, Lin.

The textbook intervals of all three assume normal values. On grades that crowd at one end of the
scale they hold the truth in 80 to 91 % instead of 95 %. So each is compared with a jackknife on
the scale of Fisher's z, and the wider of the two is published.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.bca import no_spread
from measurand.stats.correlation_pairs import (
    FEWEST_UNITS,
    NO_SPREAD,
    PERFECT,
    Pairs,
    around,
    error_of,
    moves,
    refuse_few,
)
from measurand.stats.correlation_rows import (
    Rows,
    concordance_rows,
    midranks,
    pearson_rows,
    spearman_rows,
)
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import check_level, normal_quantile, t_quantile

__all__ = ["Side", "concordance", "correlation_units", "fisher_z", "pearson", "spearman"]

Side = Literal["both", "lower", "upper"]
"""Which bounds an interval has; a one-sided one spends its whole error on that bound."""

_MIXTURES = 21


def pearson(
    x: ArrayLike,
    y: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    side: Side = "both",
) -> Estimate:
    """Pearson's correlation of two values a unit.

    Independent units have Fisher's interval or that of the jackknife on its scale, whichever is
    wider; clustered or weighted ones that of the jackknife over clusters, with t(C-1).

    Args:
        x: One finite number per unit, shape (n,).
        y: The other.
        clusters: The cluster of each unit, shape (n,); by default each unit is its own.
        weights: Non-negative, shape (n,): the inverse of how likely a unit was to be drawn.
        level: The confidence level.
        side: ``"lower"`` bounds the correlation from below only (high is 1), ``"upper"`` from
            above only (low is -1).

    Returns:
        Where all units, or all but one cluster, lie on one line there is no spread to tell an
        interval by; it is then what Clopper-Pearson leaves possible.

    Raises:
        InsufficientData: Fewer than four units or three clusters; a vector is constant, or would
            be without one cluster.
        UsageError: The arguments are not vectors of one length, or a weight is negative.

    References:
        Fisher (1921), Metron 1, 3-32; Hinkley (1977), Biometrika 64, 21-28, for the jackknife.
    """
    pairs = Pairs.of(x, y, clusters=clusters, weights=weights)
    how = _How("Pearson", level, side, "Fisher z")
    return _interval(pairs, pearson_rows(pairs.x, pairs.y), _fisher_error, how=how)


def spearman(
    x: ArrayLike,
    y: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = LEVEL,
    side: Side = "both",
) -> Estimate:
    """Spearman's correlation: Pearson's of the ranks, ties sharing theirs.

    Independent units have the interval of Bonett and Wright or that of the jackknife on Fisher's
    scale, whichever is wider; clustered or weighted ones that of the jackknife.

    Args:
        x: As for `pearson`.
        y: As for `pearson`.
        clusters: As for `pearson`.
        weights: As for `pearson`.
        level: As for `pearson`.
        side: As for `pearson`.

    Returns:
        Where independent units without ties are in perfect order, or would be without one of them,
        the interval is at the least as wide as if two neighbours were swapped; else as for
        `pearson`.

    Raises:
        InsufficientData: As for `pearson`.
        UsageError: As for `pearson`.

    References:
        Bonett and Wright (2000), Psychometrika 65, 23-28.
    """
    pairs = Pairs.of(x, y, clusters=clusters, weights=weights)
    rows = spearman_rows(pairs.x, pairs.y)
    x_ranks, y_ranks = (midranks(one, pairs.weights) for one in (pairs.x, pairs.y))
    ranked = replace(pairs, x=x_ranks, y=y_ranks)
    how = _How("Spearman", level, side, "Bonett-Wright", ranks=True)
    return _interval(ranked, rows, _bonett_wright_error, how=how)


def concordance(
    x: ArrayLike, y: ArrayLike, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """Lin's concordance: how near two values a unit are to being the same value.

    It is the correlation where means and spreads are equal, and below it where not: a judge that
    is always half a point too kind correlates perfectly and does not agree.

    Args:
        x: As for `pearson`.
        y: As for `pearson`, on the same scale.
        clusters: As for `pearson`.
        level: As for `pearson`.

    Raises:
        InsufficientData: As for `pearson`.
        UsageError: As for `pearson`.

    References:
        Lin (1989), Biometrics 45, 255-268; its standard error as corrected in Lin (2000),
        Biometrics 56, 324-325.
    """
    pairs = Pairs.of(x, y, clusters=clusters, weights=None)
    how = _How("Lin's concordance", level, "both", "Lin's z", rows=concordance_rows)
    return _interval(pairs, concordance_rows(pairs.x, pairs.y), _lin_error, how=how)


def fisher_z(r: float, n: int, *, level: float = LEVEL, side: Side = "both") -> Estimate:
    """The interval of a correlation that is known from elsewhere, with its number of units.

    Raises:
        InsufficientData: Fewer than four units, or a correlation of 1 or -1.
        UsageError: The correlation is outside of [-1, 1].

    References:
        Fisher (1921), Metron 1, 3-32.
    """
    if not -1 <= r <= 1:
        raise UsageError(f"a correlation lies between -1 and 1; found {r}")
    refuse_few(n, n)
    if abs(r) > PERFECT:
        raise InsufficientData("a perfect correlation has no interval of Fisher's")
    reach = normal_quantile(_probability(level, side)) / math.sqrt(n - 3)
    low, high = _ends(r, reach, side)
    return Estimate(value=r, low=low, high=high, level=level, n=n, method=_told("Fisher z", side))


def correlation_units(r: float, target: float, *, power: float = 0.8, level: float = LEVEL) -> int:
    """How many units it takes to tell a correlation from a target.

    Args:
        r: The true correlation.
        target: The target. Where r is above it, the one-sided lower bound is to reach it; where
            r is below, the two-sided interval is to exclude it.
        power: How likely that is to be.
        level: The confidence level.

    Raises:
        InsufficientData: They are equal, so that no number of units tells them apart.
        UsageError: Either is not strictly between -1 and 1, or the power is impossible.
    """
    if not (abs(r) < 1 and abs(target) < 1):
        raise UsageError(f"correlations lie strictly between -1 and 1; found {r} and {target}")
    if r == target:
        raise InsufficientData(f"no number of units tells {r:g} from {target:g}")
    side: Side = "lower" if r > target else "both"
    reach = normal_quantile(_probability(level, side)) + normal_quantile(check_level(power))
    apart = abs(math.atanh(r) - math.atanh(target))
    return max(FEWEST_UNITS, math.ceil(3 + (max(reach, 0.0) / apart) ** 2))


@dataclass(frozen=True, slots=True)
class _How:
    """What is estimated, for which interval, and what is said of it."""

    name: str
    level: float
    side: Side
    textbook: str
    rows: Callable[[Floats, Floats], Rows] = pearson_rows
    """The coefficient, of ranks where it is one of ranks."""
    ranks: bool = False
    """Whether the values are ranks, whose coefficient takes steps."""


def _interval(
    pairs: Pairs, rows: Rows, textbook: Callable[[Pairs, float], float], *, how: _How
) -> Estimate:
    value = pairs.coefficient(rows, name=how.name)
    without = pairs.left_out(rows, name=how.name)
    lines = {math.copysign(1.0, r) for r in (value, *without.tolist()) if abs(r) > PERFECT}
    if lines:
        exact = _nearly_perfect(pairs, value, lines, how=how)
        if not (how.ranks and pairs.plain and pairs.untied):
            return exact
        found = _in_order(pairs, value, without, how=how, lines=lines)
        return min((found, exact), key=_width)
    probability, count = _probability(how.level, how.side), without.size
    reach, kind = t_quantile(probability, count - 1) * error_of(moves(without)), pairs.jackknife
    if pairs.plain:
        plain = normal_quantile(probability) * textbook(pairs, value)
        reach, kind = max((reach, kind), (plain, how.textbook))
    elif reach <= NO_SPREAD:
        raise no_spread(how.name)
    low, high = _ends(value, reach, how.side)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=how.level,
        n=pairs.n,
        method=_told(f"{how.name}, {kind}", how.side),
        reason=caution_if_few(count, "clusters") if pairs.clusters < pairs.n else None,
    )


def _width(estimate: Estimate) -> float:
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def _in_order(
    pairs: Pairs, value: float, without: Floats, *, how: _How, lines: set[float]
) -> Estimate:
    """Ranks without ties in perfect order, or so without one of them.

    Nothing finer than a swap of two neighbours is seen in ranks, so that a perfect order is taken
    for one with such a swap, and the end beyond it stays open.
    """
    ours, theirs = (1 - 12 / (n * (n**2 - 1)) for n in (pairs.n, pairs.n - 1))
    middle = min(max(value, -ours), ours)
    probability = _probability(how.level, how.side)
    moved = error_of(moves(np.clip(without, -theirs, theirs)))
    reach = max(
        t_quantile(probability, pairs.n - 1) * moved,
        normal_quantile(probability) * _bonett_wright_error(pairs, middle),
    )
    low, high = _ends(middle, reach, how.side)
    few = "in one order" if abs(value) > PERFECT else "in one order without one of them"
    return Estimate(
        value=value,
        low=min(low, *lines),
        high=max(high, *lines),
        level=how.level,
        n=pairs.n,
        method=_told(f"{how.name}, {how.textbook} at one swap of neighbours", how.side),
        reason=f"all {pairs.n} are {few}: the interval is as if two neighbours were swapped",
    )


def _nearly_perfect(pairs: Pairs, value: float, lines: set[float], *, how: _How) -> Estimate:
    """All clusters, or all but one, lie on a line: how many others may not, at the worst?

    The coefficient is least where units off the line say the worst of the best or the best of the
    worst, in whatever mixture. Of very few units one may be left out for a line that rises, and
    another for one that falls.
    """
    off = 0 if abs(value) > PERFECT else 1
    error = 2 * (1 - _probability(how.level, how.side))
    share = clopper_pearson(off, pairs.clusters, level=1 - error).high or 1.0
    # Beside a line that falls, everything is seen in a mirror.
    worst = min(_least(one, pairs.weights, share, rows=how.rows) for one in (pairs.x, pairs.y))
    ends = sorted((*lines, *(line * min(line * value, worst) for line in lines)))
    return Estimate(
        value=value,
        low=-1.0 if how.side == "upper" else ends[0],
        high=1.0 if how.side == "lower" else ends[-1],
        level=how.level,
        n=pairs.n,
        method=_told(f"{how.name}, exact bound", how.side),
        reason=f"{'all' if not off else 'all but one'} of {pairs.clusters} lie on one line; the "
        "interval is what Clopper-Pearson leaves possible",
    )


def _least(
    said: Floats, weights: Floats, share: float, *, rows: Callable[[Floats, Floats], Rows]
) -> float:
    """The least coefficient where all but this share of units say the same twice."""
    low, high = float(said.min()), float(said.max())
    mixture = np.linspace(0, share, _MIXTURES)
    rest = np.tile((1 - share) * weights / weights.sum(), (_MIXTURES, 1))
    mixed = np.column_stack([rest, mixture, np.maximum(share - mixture, 0.0)])
    return float(rows(np.append(said, [low, high]), np.append(said, [high, low]))(mixed).min())


def _fisher_error(pairs: Pairs, _: float) -> float:
    return 1 / math.sqrt(pairs.n - 3)


def _bonett_wright_error(pairs: Pairs, value: float) -> float:
    return math.sqrt((1 + value**2 / 2) / (pairs.n - 3))


def _lin_error(pairs: Pairs, value: float) -> float:
    """The asymptotic standard error of the concordance on Fisher's scale, for normal values."""
    r = float(pearson_rows(pairs.x, pairs.y)(pairs.weights[None, :])[0])
    if abs(r) <= 1 - PERFECT:
        return 1 / math.sqrt(pairs.n - 2)
    place = (float(pairs.x.mean()) - float(pairs.y.mean())) ** 2
    place /= float(pairs.x.std()) * float(pairs.y.std())
    rest = 1 - value**2
    variance = (1 - r**2) * value**2 / (rest * r**2)
    variance += 2 * value**3 * (1 - value) * place / (r * rest**2)
    variance -= value**4 * place**2 / (2 * r**2 * rest**2)
    return math.sqrt(max(variance, 0.0) / (pairs.n - 2))


def _probability(level: float, side: Side) -> float:
    return check_level(level) if side != "both" else (1 + check_level(level)) / 2


def _ends(value: float, reach: float, side: Side) -> tuple[float, float]:
    low, high = around(value, reach)
    return -1.0 if side == "upper" else low, 1.0 if side == "lower" else high


def _told(method: str, side: Side) -> str:
    return method if side == "both" else f"{method}, {side} bound"
