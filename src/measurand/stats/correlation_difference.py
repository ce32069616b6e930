"""How much better one rater's correlation with a target is than another's, on the same units."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["correlation_difference"]

_FEWEST = 5
_NO_SPREAD = 1e-12
_SURE = 1 - 1e-12


class _Correlation(NamedTuple):
    """A correlation with the ends of its own interval."""

    value: float
    low: float
    high: float


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

    The interval joins those of the two correlations (Fisher's z) by the correlation that their
    errors have because target and units are the same. Of units in clusters, or with weights, both
    come from the influence function, summed within clusters, with the quantile of t with C - 1
    degrees.

    Args:
        first: Shape (n,).
        second: Shape (n,).
        target: Shape (n,).
        clusters: The cluster of each unit, shape (n,).
        weights: For how many units each stands, above 0, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than 5 units or clusters; one of the three is the same for all
            units; or the two raters say the same, up to a straight line.
        UsageError: The arguments are not vectors of finite numbers of one length.

    References:
        Zou (2007), Psychological Methods 12, 399-413, equations 13 and 15.
    """
    check_level(level)
    columns = [check_finite(values, 1) for values in (first, second, target)]
    if len({column.size for column in columns}) > 1:
        raise UsageError(f"one value per unit; found {[column.size for column in columns]}")
    n = columns[2].size
    mass = _mass(weights, n)
    codes = None if clusters is None else cluster_codes(clusters, n)
    if codes is None and weights is not None:
        codes = np.arange(n)
    count = n if codes is None else int(codes.max()) + 1
    if count < _FEWEST:
        noun = "units" if codes is None else "clusters"
        raise InsufficientData(f"a difference of correlations needs {_FEWEST} {noun}; {count} here")
    own, other, right = (_standard(column, mass) for column in columns)
    found = _Rated((own, other, right), mass)
    both = found.independent(level) if codes is None else found.clustered(codes, level)
    (one, two), together = both
    low, high = _joined(one, two, together)
    return Estimate(
        value=one.value - two.value,
        low=low,
        high=high,
        level=level,
        n=n,
        method="Zou, Fisher z" if codes is None else "Zou, clustered, t(C-1)",
        reason=None if codes is None else caution_if_few(count, "clusters"),
    )


class _Rated:
    """Two raters and the target, standardised, with the share of each unit."""

    def __init__(self, columns: tuple[Floats, Floats, Floats], mass: Floats) -> None:
        self._columns, self._mass = columns, mass
        first, second, target = columns
        pairs = ((first, target), (second, target), (first, second))
        self._one, self._two, self._between = (float(mass @ (a * b)) for a, b in pairs)
        if abs(self._between) > _SURE:
            raise InsufficientData("both raters say the same, up to a straight line")
        if max(abs(self._one), abs(self._two)) > _SURE:
            raise InsufficientData("a rater that equals the target, up to a straight line")

    def independent(self, level: float) -> tuple[tuple[_Correlation, _Correlation], float]:
        """Both correlations, and how their errors go together, by normal theory."""
        half = two_sided_z(level) / math.sqrt(self._mass.size - 3)
        together = _normal_theory(self._one, self._two, self._between)
        return (_around(self._one, half), _around(self._two, half)), together

    def clustered(
        self, codes: NDArray[np.intp], level: float
    ) -> tuple[tuple[_Correlation, _Correlation], float]:
        """The same by what each cluster adds."""
        first, second, target = self._columns
        rows = [_influence(first, target, self._one), _influence(second, target, self._two)]
        sums = cluster_sums(self._mass[:, None] * np.stack(rows, axis=1), codes)
        return _clustered((self._one, self._two), sums, level=level)


def _mass(weights: ArrayLike | None, n: int) -> Floats:
    """The share of each unit; they sum to 1."""
    if weights is None:
        return np.full(n, 1 / max(n, 1))
    mass = check_finite(weights, 1)
    if mass.size != n or not (mass > 0).all():
        raise UsageError("weights are one number above 0 a unit")
    return np.asarray(mass / mass.sum(), dtype=np.float64)


def _standard(values: Floats, mass: Floats) -> Floats:
    """Mean 0 and standard deviation 1."""
    centred = values - mass @ values if values.size else values
    spread = float(np.sqrt(mass @ centred**2)) if values.size else 0.0
    if spread <= _NO_SPREAD * max(float(np.abs(values).max(initial=0.0)), 1.0):
        raise InsufficientData("a rater or the target is the same for all units: no correlation")
    return np.asarray(centred / spread, dtype=np.float64)


def _around(r: float, half: float) -> _Correlation:
    z = math.atanh(r)
    return _Correlation(r, math.tanh(z - half), math.tanh(z + half))


def _normal_theory(one: float, two: float, between: float) -> float:
    """The correlation between two correlations that share a variable; Zou, equation 15."""
    squares = one**2 + two**2 + between**2
    above = (between - one * two / 2) * (1 - squares) + between**3
    return above / ((1 - one**2) * (1 - two**2))


def _influence(x: Floats, y: Floats, r: float) -> Floats:
    """What each unit adds to r, of variables with mean 0 and standard deviation 1."""
    return np.asarray(x * y - r * (x**2 + y**2) / 2, dtype=np.float64)


def _clustered(
    r: tuple[float, float], sums: Floats, *, level: float
) -> tuple[tuple[_Correlation, _Correlation], float]:
    """Both correlations with the ends of their intervals, and how their errors go together."""
    count = len(sums)
    scatter = sums.T @ sums * (count / (count - 1))
    errors = np.sqrt(np.diag(scatter))
    if errors.min() <= _NO_SPREAD:
        raise InsufficientData("no spread between clusters to build an interval on")
    quantile = t_quantile((1 + level) / 2, count - 1)
    halves = quantile * errors / (1 - np.square(r))
    one, two = (_around(value, float(half)) for value, half in zip(r, halves, strict=True))
    return (one, two), float(scatter[0, 1] / (errors[0] * errors[1]))


def _joined(one: _Correlation, two: _Correlation, together: float) -> tuple[float, float]:
    """The interval of the difference; Zou, equation 13."""
    below, above = one.value - one.low, one.high - one.value
    other_below, other_above = two.value - two.low, two.high - two.value
    down = below**2 + other_above**2 - 2 * together * below * other_above
    up = above**2 + other_below**2 - 2 * together * above * other_below
    apart = one.value - two.value
    return apart - math.sqrt(max(down, 0.0)), apart + math.sqrt(max(up, 0.0))
