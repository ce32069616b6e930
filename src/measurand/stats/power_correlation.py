"""How many units a correlation takes, and how many tell two correlations with one target apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from measurand.errors import InsufficientData, UsageError
from measurand.stats.dependent_correlations import Overlapping, overlapping_n, together
from measurand.stats.estimate import LEVEL
from measurand.stats.power_means import normal_power
from measurand.stats.power_parts import POWER, Sides, sided_level
from measurand.stats.precision import least_number
from measurand.stats.quantiles import check_level

__all__ = [
    "TwoCorrelations",
    "correlation_n",
    "correlation_power",
    "significant_n",
    "two_correlations_n",
    "two_correlations_power",
]

_FEWEST = 4
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class TwoCorrelations:
    """Two correlations with one target, measured on the same units.

    Args:
        first: Of the first with the target.
        second: Of the second with it.
        between: Of the two with each other.

    Raises:
        UsageError: No three variables correlate so.
    """

    first: float
    second: float
    between: float

    def __post_init__(self) -> None:
        for value in (self.first, self.second, self.between):
            _check(value)
        if self.determinant <= 0:
            raise UsageError(
                f"no three variables correlate by {self.first:g}, {self.second:g} and "
                f"{self.between:g}"
            )

    @property
    def determinant(self) -> float:
        """Of the matrix of all three."""
        a, b, c = self.first, self.second, self.between
        return 1 - a * a - b * b - c * c + 2 * a * b * c

    @property
    def observed(self) -> Overlapping:
        """The same as correlations that were observed."""
        return Overlapping(self.first, self.second, self.between)

    def shift(self, n: int) -> float:
        """By how many standard errors the two differ on Fisher's scale."""
        error = math.sqrt(2 * (1 - together(*self.observed)) / (n - 3))
        return (math.atanh(self.first) - math.atanh(self.second)) / error


def correlation_power(
    correlation: float, n: int, *, level: float = LEVEL, side: Sides = "two"
) -> float:
    """The probability that a correlation is shown to differ from 0, by Fisher's z.

    Raises:
        UsageError: The correlation is none, or there are fewer than four units.

    References:
        Fisher (1921), Metron 1, 3-32, with the correction of the mean for small samples.
    """
    _check(correlation)
    _check_n(n)
    shift = math.atanh(abs(correlation)) + abs(correlation) / (2 * (n - 1))
    return normal_power(shift * math.sqrt(n - 3), level, side)


def correlation_n(
    correlation: float, *, power: float = POWER, level: float = LEVEL, side: Sides = "two"
) -> int:
    """The units with which the correlation is shown to differ from 0 so often.

    Raises:
        InsufficientData: More than a million would be needed.
        UsageError: The correlation is 0 or none.
    """
    if not correlation:
        raise UsageError("no sample shows that a correlation of 0 differs from 0")
    return _needed(lambda n: correlation_power(correlation, n, level=level, side=side), power)


def two_correlations_power(
    two: TwoCorrelations, n: int, *, level: float = LEVEL, side: Sides = "two"
) -> float:
    """The probability that the two are told apart on the same ``n`` units.

    By Fisher's z of both with the correlation of their errors, to which Williams' t is close.

    Raises:
        UsageError: There are fewer than four units.

    References:
        Dunn and Clark (1969), JASA 64, 366-377; Steiger (1980), Psychological Bulletin 87,
        245-251.
    """
    _check_n(n)
    return normal_power(two.shift(n), level, side)


def two_correlations_n(
    two: TwoCorrelations, *, power: float = POWER, level: float = LEVEL, side: Sides = "two"
) -> int:
    """The units with which the two are told apart so often.

    Raises:
        InsufficientData: More than a million would be needed.
        UsageError: They are equal.
    """
    if two.first == two.second:
        raise UsageError("no sample tells equal correlations apart")
    return _needed(lambda n: two_correlations_power(two, n, level=level, side=side), power)


def significant_n(two: TwoCorrelations, *, level: float = LEVEL, side: Sides = "two") -> int:
    """The units from which on just these three correlations, observed, are significant.

    By Williams' t. There the power is about a half: it is what a table of observed correlations
    needs at the least, not what a study should be planned with.

    Raises:
        InsufficientData: More than a million would be needed.
    """
    return overlapping_n(two.observed, power=0.5, level=sided_level(level, side))


def _needed(power_at: Callable[[int], float], power: float) -> int:
    check_level(power)
    found = least_number(lambda n: -power_at(n), -power, least=_FEWEST, most=_MOST)
    if found is None:
        raise InsufficientData(f"more than {_MOST:,} units would be needed")
    return found


def _check(correlation: float) -> None:
    if not -1 < correlation < 1:
        raise UsageError(f"a correlation lies strictly between -1 and 1; found {correlation}")


def _check_n(n: int) -> None:
    if n < _FEWEST:
        raise UsageError(f"a correlation needs at least {_FEWEST} units; found {n}")
