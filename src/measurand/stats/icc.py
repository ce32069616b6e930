"""Intraclass correlations: how much of the spread of ratings is spread between units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import fdtri

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bca import require_units
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.oneway import oneway_moments
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share

__all__ = ["Form", "icc", "spearman_brown"]

Form = Literal["1", "A", "C"]
"""One-way; two-way absolute agreement; two-way consistency (McGraw and Wong 1996)."""

_ROUNDING = 1e-12
_POLE = 1e-9
_LEAST_FREE = 0.1
"""Degrees of freedom below which the F distribution has no quantiles to speak of."""
_NO_UNITS = "the units do not differ, so there is nothing that raters could agree about"


def spearman_brown(reliability: float, k: float) -> float:
    """The reliability of the mean of k raters, from that of one.

    Args:
        reliability: Of a single rater; at most 1, and above ``-1 / (k - 1)``.
        k: Raters averaged; a fraction is meaningful.

    Raises:
        ValueError: No mean of k raters can have come from such a reliability.

    References:
        Spearman (1910) and Brown (1910), British Journal of Psychology 3.
    """
    if k <= 0 or reliability > 1 or 1 + (k - 1) * reliability <= 0:
        raise ValueError(f"no reliability {reliability:g} extends to the mean of {k:g} raters")
    return k * reliability / (1 + (k - 1) * reliability)


def icc(ratings: Floats, *, form: Form, average: bool = False, level: float = LEVEL) -> Estimate:
    """The intraclass correlation with its interval from the F distribution.

    Form 1 takes any raters, and any number of them a unit: with varying numbers it comes from
    the unbalanced analysis of variance, where n0 stands for the number of raters and the interval
    is approximate. Forms A and C need the same raters on every unit.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given. For form 1, units
            with fewer than two ratings do not count.
        form: ``"1"``, ``"A"`` (absolute agreement) or ``"C"`` (consistency).
        average: Of the mean of a unit's ratings instead of a single one.
        level: The confidence level.

    Returns:
        At most 1. A negative value is one: raters of the same unit differ more than raters of
        different units.

    Raises:
        InsufficientData: Fewer than three units or two raters; all ratings equal; a rating
            missing for forms A and C; or units whose means do not differ.
        UsageError: The ratings are not a finite two-dimensional table.

    References:
        McGraw and Wong (1996), Psychological Methods 1, tables 4, 7 and 8; Shrout and Fleiss
        (1979), Psychological Bulletin 86; Donner (1986), International Statistical Review 54.
    """
    table = _OneWay.of(ratings) if form == "1" else _TwoWay.of(ratings)
    if table.rows <= _ROUNDING:
        raise InsufficientData(_NO_UNITS)
    name = f"ICC({form},{'k' if average else '1'})"
    single, (low, high) = table.single(form), table.ends(form, level)
    method = f"{name}, {table.interval}"
    if average:
        single, low, high = (_averaged(x, table.raters) for x in (single, low, high))
    return Estimate(
        value=single,
        low=min(low, single),
        high=max(high, single),
        level=level,
        n=table.units,
        method=method,
    )


def _averaged(single: float, k: float) -> float:
    if 1 + (k - 1) * single <= _POLE:
        raise InsufficientData(
            "unit means differ so little that the correlation of means is unbounded below; "
            "ask for that of single ratings"
        )
    return spearman_brown(single, k)


@dataclass(frozen=True, slots=True)
class _OneWay:
    """Mean squares of units and within units, for any number of raters a unit."""

    units: int
    raters: float
    free: float
    rows: float
    within: float
    balanced: bool
    differing: float

    @classmethod
    def of(cls, ratings: Floats) -> _OneWay:
        patterns = Patterns.of(ratings)
        _enough(patterns.n, len(patterns.values))
        units, size, squares, total, level, within, _ = patterns.units @ oneway_moments(patterns)
        totals = patterns.totals()
        return cls(
            units=patterns.n,
            raters=float((size - squares / size) / (units - 1)),
            free=float(size - units),
            rows=float(max(level - total**2 / size, 0) / (units - 1)),
            within=float(within / (size - units)),
            balanced=len(np.unique(patterns.sizes)) == 1,
            differing=float(1 - (totals @ (totals - 1)) / (size * (size - 1))),
        )

    @property
    def interval(self) -> str:
        if self.within == 0:
            return "exact bound for unanimous units"
        if self.balanced:
            return "F interval"
        return f"unbalanced analysis of variance (n0 = {self.raters:.4g}), approximate F interval"

    def single(self, form: Form) -> float:
        del form
        return (self.rows - self.within) / (self.rows + (self.raters - 1) * self.within)

    def ends(self, form: Form, level: float) -> tuple[float, float]:
        del form
        if self.within == 0:
            return _bound(self.units, level, self.differing), 1.0
        ratio = self.rows / self.within
        return _f_ends(ratio, self.raters, (self.units - 1, self.free), level=level)


@dataclass(frozen=True, slots=True)
class _TwoWay:
    """Mean squares of units, raters and what is left, for a complete table."""

    units: int
    raters: float
    rows: float
    columns: float
    error: float
    differing: float

    @classmethod
    def of(cls, ratings: Floats) -> _TwoWay:
        table = as_table(ratings)
        table = table[~np.isnan(table).all(axis=1)]
        n, k = table.shape
        if np.isnan(table).any():
            raise InsufficientData(
                "forms A and C of the intraclass correlation need every rater on every unit, and "
                "some ratings are missing; form 1 does without"
            )
        if k < 2:  # noqa: PLR2004 - agreement takes two
            raise InsufficientData(f"the intraclass correlation needs two raters; found {k}")
        distinct = np.unique(table)
        _enough(n, len(distinct))
        scores = (table - (distinct[0] + distinct[-1]) / 2) / (distinct[-1] - distinct[0])
        rows = scores.mean(axis=1) - scores.mean()
        columns = scores.mean(axis=0) - scores.mean()
        left = scores - scores.mean() - rows[:, None] - columns
        if max(np.abs(rows).max(), np.abs(left).max()) < _ROUNDING:
            raise InsufficientData(_NO_UNITS)
        _, times = np.unique(np.round(rows, 12), return_counts=True)
        return cls(
            units=n,
            raters=float(k),
            rows=k * float(rows @ rows) / (n - 1),
            columns=_cleared(n * float(columns @ columns) / (k - 1)),
            error=_cleared(float((left**2).sum()) / ((n - 1) * (k - 1))),
            differing=1 - float(times @ (times - 1)) / (n * (n - 1)),
        )

    @property
    def interval(self) -> str:
        return "exact bound for unanimous units" if self._perfect("A") else "F interval"

    def single(self, form: Form) -> float:
        n, k = self.units, self.raters
        spread = self.rows + (k - 1) * self.error
        if form == "A":
            spread += k * (self.columns - self.error) / n
        if spread <= _ROUNDING:
            raise InsufficientData(_NO_UNITS)
        return (self.rows - self.error) / spread

    def ends(self, form: Form, level: float) -> tuple[float, float]:
        if self._perfect(form):
            return _bound(self.units, level, self.differing), 1.0
        if form == "C":
            free = self.units - 1.0, (self.units - 1) * (self.raters - 1)
            return _f_ends(self.rows / self.error, self.raters, free, level=level)
        return self._absolute_ends(level)

    def _perfect(self, form: Form) -> bool:
        return self.error == 0 and (form == "C" or self.columns == 0)

    def _absolute_ends(self, level: float) -> tuple[float, float]:
        """Satterthwaite's degrees of freedom stand in for the two error terms."""
        n, k, value = self.units, self.raters, self.single("A")
        tail = (1 + level) / 2
        raters = k * value / (n * (1 - value)) * self.columns
        rest = (1 + k * value * (n - 1) / (n * (1 - value))) * self.error
        spread = raters**2 / (k - 1) + rest**2 / ((n - 1) * (k - 1))
        free = (raters + rest) ** 2 / spread if spread > 0 else 0.0
        if self.rows < _ROUNDING or free < _LEAST_FREE:
            raise InsufficientData(_NO_UNITS)
        mixed = k * self.columns + (k * n - k - n) * self.error
        upper, lower = float(fdtri(n - 1, free, tail)), float(fdtri(free, n - 1, tail))
        low = n * (self.rows - upper * self.error) / (upper * mixed + n * self.rows)
        high = n * (lower * self.rows - self.error) / (mixed + n * lower * self.rows)
        return low, high


def _f_ends(
    ratio: float, raters: float, free: tuple[float, float], *, level: float
) -> tuple[float, float]:
    tail = (1 + level) / 2
    low = ratio / float(fdtri(free[0], free[1], tail))
    high = ratio * float(fdtri(free[1], free[0], tail))
    return (low - 1) / (low + raters - 1), (high - 1) / (high + raters - 1)


def _enough(units: int, distinct: int) -> None:
    require_units(units, "the intraclass correlation")
    if distinct == 1:
        raise InsufficientData("all ratings are equal, so the intraclass correlation is undefined")


def _bound(units: int, level: float, differing: float) -> float:
    """The lower end for units without any disagreement, as for Krippendorff's alpha."""
    return max(1 - (1 - unanimous_share(units, level)) / differing, -1.0) if differing else -1.0


def _cleared(square: float) -> float:
    return 0.0 if square < _ROUNDING else square
