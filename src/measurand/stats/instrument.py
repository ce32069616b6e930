"""A judge's bias from data at hand: what a feature adds to its scores at equal quality.

What people say stands for quality, but three ratings are a noisy stand-in. Least squares on their
mean takes too little of the quality out, and what is left looks like a bias wherever the feature
goes with quality. One rater's ratings, instrumented by the mean of the others, have no such fault:
the errors of different raters have nothing to do with each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.influence import influence_interval
from measurand.stats.least_squares import refuse_few
from measurand.stats.mean import cluster_codes
from measurand.stats.quantiles import check_level

__all__ = ["FirstStage", "first_stage", "instrumented_slope"]

STRONG_F = 10.0
"""The least F of an instrument whose intervals can be trusted (Staiger and Stock 1997)."""
STRONG_R = 0.3
"""Raters who correlate so well make a strong instrument whatever F says ..."""
_UNITS_FOR_R = 50
"""... but on few units a correlation is as large by chance."""
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class FirstStage:
    """How well one rater is foretold by the others.

    Args:
        f: The cluster-robust F statistic of the instrument; 0 where others foretell the opposite.
        correlation: Of two raters, less what each is strict by.
        n: Units with two ratings or more.
    """

    f: float
    correlation: float
    n: int

    @property
    def strong(self) -> bool:
        """Whether the instrument carries an estimate."""
        return self.f > STRONG_F or (self.correlation > STRONG_R and self.n >= _UNITS_FOR_R)

    @property
    def told(self) -> str:
        """Both numbers in words."""
        return f"F = {self.f:.1f}, correlation of two raters {self.correlation:.2f}"

    def refuse_weak(self) -> None:
        """Refuse an estimate that the instrument does not carry.

        Raises:
            InsufficientData: It is too weak.
        """
        if not self.strong:
            raise InsufficientData(
                f"raters agree too little to stand for quality ({self.told}; needed is F above "
                f"{STRONG_F:g}, or {STRONG_R:g} on {_UNITS_FOR_R} outputs): not identifiable, use "
                "probes"
            )


def instrumented_slope(
    judge: ArrayLike,
    ratings: ArrayLike,
    feature: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """By how much a judge's score rises with a feature of the output, at equal quality.

    The judge's score is a + b * quality + c * feature; c is what is asked for. Every rating is
    once the stand-in for quality, with the mean of the unit's other ratings as its instrument;
    these regressions are stacked, each unit with the same weight and each rater with an intercept
    that takes up severity. Errors are clustered. Scores that are rounded, and a judge that uses
    less of the scale than people (b below 1), do no harm.

    Args:
        judge: One score per unit, shape (n,); NaN where there is none.
        ratings: People's, shape (n, raters); NaN where one was not given.
        feature: One number per unit, shape (n,); NaN where it is not known.
        clusters: The cluster of each unit, shape (n,); by default each is its own.
        level: The confidence level.

    Returns:
        c, in points of the judge per unit of the feature.

    Raises:
        InsufficientData: Fewer than four units or clusters with a score, a feature and two
            ratings; the feature does not vary; or raters agree so little that they instrument
            nothing: neither F > 10, nor a correlation above .3 on 50 units.
        UsageError: The arguments do not fit each other.

    References:
        Wooldridge (2010), *Econometric Analysis of Cross Section and Panel Data*, sections 5.1 and
        5.3.2, for repeated measures as instruments; Staiger and Stock (1997), Econometrica 65,
        557-586, for F > 10.
    """
    check_level(level)
    stack = _Stack.of(judge, ratings, feature, clusters=clusters)
    stack.first_stage().refuse_weak()
    slope, influence = stack.slope()
    return influence_interval(
        slope,
        influence,
        n=stack.n,
        level=level,
        method="two-stage least squares, rater by rater, CR1",
    )


def first_stage(
    ratings: ArrayLike, feature: ArrayLike | None = None, *, clusters: ArrayLike | None = None
) -> FirstStage:
    """How well the mean of the other raters foretells one rater, the feature held constant.

    Args:
        ratings: As for `instrumented_slope`.
        feature: Likewise; none is the same for all.
        clusters: Likewise.

    Raises:
        InsufficientData: As for `instrumented_slope`, but for the strength itself.
        UsageError: The arguments do not fit each other.
    """
    table = as_table(np.asarray(ratings, dtype=np.float64))
    judge = np.zeros(len(table))
    if feature is None:
        return _Stack.of(judge, table, judge, clusters=clusters, featureless=True).first_stage()
    return _Stack.of(judge, table, feature, clusters=clusters).first_stage()


@dataclass(frozen=True, slots=True)
class _Stack:
    """One row a rating that has others beside it; everything less its rater's mean.

    Args:
        judge: Shape (rows,).
        rating: The stand-in.
        others: The instrument.
        feature: The feature.
        weights: One over the ratings of the unit.
        codes: The cluster of each row.
        n: How many units.
        correlation: Of two ratings of one unit.
    """

    judge: Floats
    rating: Floats
    others: Floats
    feature: Floats
    weights: Floats
    codes: NDArray[np.intp]
    n: int
    correlation: float

    @classmethod
    def of(
        cls,
        judge: ArrayLike,
        ratings: ArrayLike,
        feature: ArrayLike,
        *,
        clusters: ArrayLike | None,
        featureless: bool = False,
    ) -> _Stack:
        table = as_table(np.asarray(ratings, dtype=np.float64))
        y, x = (np.asarray(vector, dtype=np.float64) for vector in (judge, feature))
        if y.shape != table.shape[:1] or x.shape != table.shape[:1]:
            raise UsageError(
                f"one score and one feature per unit are needed; found {y.shape} and {x.shape} "
                f"for {len(table)} units"
            )
        if np.isinf(y).any() or np.isinf(x).any():
            raise UsageError("values must be finite numbers; mark those not given with NaN")
        labels = np.arange(len(table)) if clusters is None else np.asarray(clusters)
        if labels.shape != y.shape:
            raise UsageError(f"one cluster per unit is needed; found {labels.shape}")
        counts = (~np.isnan(table)).sum(axis=1)
        used = np.flatnonzero((counts > 1) & np.isfinite(y) & np.isfinite(x))
        codes = cluster_codes(labels[used], used.size)
        refuse_few(codes, clustered=clusters is not None)
        table, counts = table[used], counts[used]
        unit, rater = np.nonzero(~np.isnan(table))
        rating = table[unit, rater]
        others = (np.nansum(table, axis=1)[unit] - rating) / (counts[unit] - 1)
        weights = 1.0 / counts[unit]
        columns = (y[used][unit], rating, others, x[used][unit])
        score, own, rest, along = (_less_means(column, rater, weights) for column in columns)
        if not featureless and not along.any():
            raise InsufficientData(f"the feature is the same for all {used.size} units")
        return cls(
            judge=score,
            rating=own,
            others=rest,
            feature=along,
            weights=weights,
            codes=codes[unit],
            n=used.size,
            correlation=_correlation(own, unit, counts),
        )

    def slope(self) -> tuple[float, Floats]:
        """What the feature adds at equal quality, and how each cluster moves that."""
        instruments = np.stack([self.others, self.feature])
        regressors = np.stack([self.rating, self.feature])
        inverse = np.linalg.inv((instruments * self.weights) @ regressors.T)
        slopes = inverse @ ((instruments * self.weights) @ self.judge)
        residuals = self.judge - slopes @ regressors
        scores = [np.bincount(self.codes, row * self.weights * residuals) for row in instruments]
        influence = inverse[1] @ np.stack(scores)
        # The usual correction for two slopes and the intercept, counted in units and not in rows.
        return float(slopes[1]), np.asarray(influence * np.sqrt(self.n / max(self.n - 3, 1)))

    def first_stage(self) -> FirstStage:
        """The strength of the instrument."""
        squares = float(self.weights @ self.feature**2)
        along = float((self.weights * self.feature) @ self.others) / squares if squares else 0.0
        rest = self.others - along * self.feature
        spread = float(self.weights @ rest**2)
        if spread <= _ROUNDING * max(float(self.weights @ self.others**2), 1e-300):
            return FirstStage(0.0, self.correlation, self.n)
        slope = float((self.weights * rest) @ self.rating) / spread
        across = float((self.weights * self.feature) @ self.rating) / squares if squares else 0.0
        residuals = self.rating - across * self.feature - slope * rest
        influence = np.bincount(self.codes, self.weights * rest * residuals) / spread
        if slope <= 0:  # others that foretell the opposite stand for nothing
            return FirstStage(0.0, self.correlation, self.n)
        variance = influence.size / (influence.size - 1) * float(influence @ influence)
        if variance <= _ROUNDING * slope**2:
            return FirstStage(1 / _ROUNDING, self.correlation, self.n)
        return FirstStage(slope**2 / variance, self.correlation, self.n)


def _less_means(column: Floats, rater: NDArray[np.intp], weights: Floats) -> Floats:
    """The column less each rater's mean, which is what an intercept a rater takes out."""
    total = np.bincount(rater, weights)
    means = np.bincount(rater, weights * column) / np.where(total > 0, total, 1.0)
    centred = column - means[rater]
    if np.abs(centred).max() <= _ROUNDING * np.abs(column).max():
        return np.zeros_like(column)  # what is left is rounding
    return np.asarray(centred, dtype=np.float64)


def _correlation(rating: Floats, unit: NDArray[np.intp], counts: NDArray[np.intp]) -> float:
    """Of two ratings of one unit, each less its rater's mean, every unit weighing the same."""
    sums, squares = np.bincount(unit, rating), np.bincount(unit, rating**2)
    pairs = (sums**2 - squares) / (counts * (counts - 1))
    spread = float((squares / counts).sum())
    return float(pairs.sum()) / spread if spread > 0 else 0.0
