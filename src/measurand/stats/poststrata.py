"""A mean re-weighted to known shares: of the kinds of units that a population is made of.

A sample that holds too many of one kind and too few of another still tells how good each is. With
the shares that the kinds have in the population, their means add up to the population's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.clusters_over_strata import (
    Spread,
    crossed_parts,
    crossed_spread,
    homes,
    spread_of,
    units_held,
)
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.kish import kish
from measurand.stats.mean import caution_if_few, cluster_codes, cluster_sums
from measurand.stats.proportion import score_bounds, unanimous_share
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = ["Strata", "kish", "stratified_mean"]

Codes: TypeAlias = NDArray[np.intp]

_FEWEST = 2
_ROUNDING = 1e-12
_WHOLE = 1e-9
_WORTH = 0.5
"""Units that stand for different numbers are worth less than this share of their own number: few
of them stand for most."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Which kind each unit is of, and what share of the population each kind is.

    Args:
        codes: The stratum of each unit, shape (units,).
        shares: Of the strata, shape (strata,); they sum to 1.
        names: Of the strata, for messages.
        base: For how many units of the population each stands within its stratum, shape (units,);
            None where all stand for as many.
        drawn: Whether the shares are what the units stand for, added up: then strata may be joined.

    Raises:
        UsageError: A share is not above 0, or they do not sum to 1; a code has no share; or a unit
            stands for nothing.
    """

    codes: Codes
    shares: Floats
    names: tuple[str, ...]
    base: Floats | None = None
    drawn: bool = False

    def __post_init__(self) -> None:
        if self.base is not None and (
            self.base.shape != self.codes.shape or (self.base <= 0).any()
        ):
            raise UsageError("each unit stands for one unit of the population or more")
        if (self.shares <= 0).any() or abs(float(self.shares.sum()) - 1) > _WHOLE:
            raise UsageError(f"shares are above 0 and sum to 1; found {self.shares.tolist()}")
        if self.codes.size and not 0 <= self.codes.min() <= self.codes.max() < self.shares.size:
            raise UsageError("every unit is of a stratum that has a share")

    def only(self, given: NDArray[np.bool_]) -> Strata:
        """The strata of these units; the shares stay.

        Where units were drawn, a stratum of which fewer than two are left is joined with the next
        one, or the last with the one before it.
        """
        base = None if self.base is None else self.base[given]
        found = Strata(self.codes[given], self.shares, self.names, base, self.drawn)
        return found.joined() if self.drawn else found

    def joined(self, clusters: ArrayLike | None = None) -> Strata:
        """The same with two units, or clusters, in each stratum, where there are as many in all.

        A stratum with fewer is one with those that follow, until they have two; the last ones with
        those before. What is joined stands for what its parts stood for.
        """
        size = self.codes.size
        units = np.arange(size) if clusters is None else cluster_codes(clusters, size)
        places = homes(self.codes, units, self.shares.size)
        if places[-1] == self.shares.size - 1:
            return self
        firsts = np.unique(places, return_index=True)[1]
        names = tuple(self.names[place] for place in firsts)
        shares = np.bincount(places, self.shares)
        return Strata(places[self.codes], shares / shares.sum(), names, self.base, self.drawn)

    def in_clusters(self, clusters: ArrayLike) -> Strata:
        """The same for units that come in clusters, each stratum with two clusters or more.

        One cluster says nothing of how those of its stratum differ. Strata of drawn units are
        joined; where the shares are told from elsewhere, nothing can be.

        Args:
            clusters: The cluster of each unit, shape (units,).

        Raises:
            InsufficientData: There is one cluster in all, or a stratum of one.
        """
        codes = cluster_codes(clusters, self.codes.size)
        count = int(codes.max(initial=-1)) + 1
        if count < _FEWEST:
            raise InsufficientData(f"a mean needs at least two clusters; found {count}")
        if self.drawn:
            return self.joined(codes)
        self._refuse_few(self.held(codes), "clusters")
        return self

    def held(self, clusters: ArrayLike | None = None) -> Codes:
        """How many units, or different clusters, there are of each stratum."""
        if clusters is None:
            return self.sizes
        codes = cluster_codes(clusters, self.codes.size)
        return units_held(self.codes, codes, self.shares.size)

    def _refuse_few(self, held: Codes, noun: str) -> None:
        if (held < _FEWEST).any():
            place = int(np.argmax(held < _FEWEST))
            what = {"units": "at least two scored units of it", "clusters": "units of two clusters"}
            raise InsufficientData(
                f"{self.names[place]} is {self.shares[place]:.0%} of the population, and a "
                f"weighted mean needs {what[noun]}; found {'one' if held[place] else 'none'}"
            )

    @classmethod
    def of_drawn(cls, probability: Floats, strata: Sequence[str | None]) -> Strata:
        """The strata of units that were drawn with known probabilities.

        Each unit stands for one over its probability. Strata of fewer than two units are joined
        with the next ones in alphabetical order.

        Args:
            probability: Of each unit, shape (units,).
            strata: The stratum of each unit; None where none is known.

        Raises:
            InsufficientData: There is no unit.
            UsageError: A probability is not in (0, 1].
        """
        vector = check_finite(probability, 1)
        if not vector.size:
            raise InsufficientData("nothing was drawn")
        if vector.min() <= 0 or vector.max() > 1:
            raise UsageError("probabilities are above 0, and 1 at most")
        names, codes = np.unique(
            ["" if name is None else name for name in strata], return_inverse=True
        )
        base = 1 / vector
        shares = np.bincount(codes, base) / base.sum()
        found = cls(codes, shares / shares.sum(), tuple(map(str, names)), base, drawn=True)
        return found.joined()

    @property
    def method(self) -> str:
        """What is done with them, in a few words."""
        count = self.shares.size
        if not self.drawn:
            return f"post-stratified over {count} strata"
        return f"weighted by 1/probability{f' over {count} strata' if count > 1 else ''}"

    @property
    def sizes(self) -> Codes:
        """Units in each stratum."""
        return np.bincount(self.codes, minlength=self.shares.size)

    @property
    def weights(self) -> Floats:
        """What each unit counts, shape (units,): its stratum's share over its stratum's size.

        Raises:
            InsufficientData: A stratum has a share of the population and fewer than two units, so
                that nothing is known of it, or not how its units differ.
        """
        sizes = self.sizes
        self._refuse_few(sizes, "units")
        if self.base is not None:
            stood = np.bincount(self.codes, self.base, minlength=self.shares.size)
            return np.asarray(self.base * (self.shares / stood)[self.codes], dtype=np.float64)
        return np.asarray((self.shares / sizes)[self.codes], dtype=np.float64)

    def residuals(self, values: Floats, clusters: ArrayLike | None = None) -> Floats:
        """What each unit contributes to the error of the weighted mean, shape (units,).

        The sum of their squares is the stratified variance; in clusters that of the squares of
        their sums by cluster.

        Raises:
            InsufficientData: As `weights` and `in_clusters` have it.
        """
        if clusters is not None:
            grouped = self.in_clusters(clusters)
            codes = cluster_codes(clusters, self.codes.size)
            parts, alone = grouped.contributions(values), self.spread(values)
            return crossed_parts(parts, grouped.codes, codes, alone=alone)
        sizes = self.sizes
        correction = np.sqrt(sizes / (sizes - 1))[self.codes]
        return np.asarray(correction * self.contributions(values), dtype=np.float64)

    def spread(self, values: Floats, clusters: ArrayLike | None = None) -> Spread:
        """The standard error of the weighted mean, and its degrees of freedom.

        Raises:
            InsufficientData: As for `residuals`.
        """
        parts = self.contributions(values)
        alone = spread_of(parts**2, self.codes, self.sizes)
        if clusters is None:
            return alone
        grouped = self.in_clusters(clusters)
        parts = parts if grouped is self else grouped.contributions(values)
        codes = cluster_codes(clusters, self.codes.size)
        return crossed_spread(parts, grouped.codes, codes, alone=alone)

    def contributions(self, values: Floats) -> Floats:
        """The same without the factor n / (n - 1) of each stratum.

        A stratum's mean is weighted by what its units stand for (Hajek's estimator), and this is
        its linearisation: Särndal, Swensson and Wretman (1992), *Model Assisted Survey Sampling*,
        section 5.7.

        Where one unit stands for most of its stratum the weighted mean is its own value, and its
        residual next to nothing whatever it is. So the sum of squares of a stratum is no less than
        it would be if its units differed alike, whatever they stand for.
        """
        weights = self.weights
        found = np.asarray(weights * (values - self.means(values)[self.codes]), dtype=np.float64)
        if self.base is None:
            return found
        count = self.shares.size
        alike = self._spreads(values) * np.bincount(self.codes, weights**2, minlength=count)
        squares = np.bincount(self.codes, found**2, minlength=count)
        wider = np.divide(alike, squares, out=np.ones(count), where=squares > 0)
        found = found * np.sqrt(np.maximum(wider, 1.0))[self.codes]
        lost = (squares == 0) & (alike > 0)  # its few units are alike, and those of others are not
        signs = np.where(np.arange(values.size) % 2, -1.0, 1.0)  # centred, as far as it goes
        flat = weights * np.sqrt(np.where(lost, self._spreads(values), 0.0))[self.codes] * signs
        return np.asarray(np.where(lost[self.codes], flat, found), dtype=np.float64)

    def _spreads(self, values: Floats) -> Floats:
        """The variance of each stratum's units, n in the denominator, shape (strata,).

        Of a stratum in which few units stand for most, it is no less than that of all strata
        together: few values that happen to be alike do not show that such units are.
        """
        count = self.shares.size
        sizes = np.maximum(self.sizes, 1)
        plain = np.bincount(self.codes, values, minlength=count) / sizes
        own = np.bincount(self.codes, (values - plain[self.codes]) ** 2, minlength=count)
        within = float(own.sum()) / max(int((sizes - 1).sum()), 1)
        least = np.where(self.dominated, np.maximum(own, within * (sizes - 1)), own)
        return np.asarray(least / sizes, dtype=np.float64)

    @property
    def worth(self) -> Floats:
        """How many units that count alike those of each stratum are worth, by Kish."""
        count = self.shares.size
        weights = np.ones(self.codes.size) if self.base is None else self.base
        sums = np.bincount(self.codes, weights, minlength=count)
        squares = np.bincount(self.codes, weights**2, minlength=count)
        return np.asarray(sums**2 / np.maximum(squares, _ROUNDING), dtype=np.float64)

    @property
    def dominated(self) -> NDArray[np.bool_]:
        """In which strata few units stand for most."""
        return np.asarray(self.worth < _WORTH * np.maximum(self.sizes, 1), dtype=np.bool_)

    def means(self, values: Floats) -> Floats:
        """The mean of each stratum, shape (strata,)."""
        if self.base is not None:
            sums = np.bincount(self.codes, self.base * values, minlength=self.shares.size)
            stood = np.bincount(self.codes, self.base, minlength=self.shares.size)
            return np.asarray(sums / np.where(stood > 0, stood, 1.0), dtype=np.float64)
        sums = np.bincount(self.codes, values, minlength=self.shares.size)
        return np.asarray(sums / np.maximum(self.sizes, 1), dtype=np.float64)


def stratified_mean(
    values: ArrayLike,
    strata: Strata,
    *,
    clusters: ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean of a population of which each stratum is a known share.

    The strata's means, weighted by their shares; the variance is the sum of the squared shares
    times the variances of these means, the degrees of freedom are Satterthwaite's. In clusters,
    which may reach over strata, contributions add up within each before they are squared, with
    the factor C / (C - 1) of each stratum's clusters: see `crossed_spread`. The shares are taken
    as known, and the units of a stratum as drawn at random from it; where it is known for how many
    each stands, see `Strata.contributions`. Drawn units that are 0 or 1 have Wilson's interval at
    the effective size.

    Args:
        values: One finite number per unit, shape (units,).
        strata: Of the same units.
        clusters: The cluster of each unit, shape (units,).
        bounds: The ends of the scale. They clip the interval; where the units of a stratum are all
            alike, they give the interval that `mean_t` gives there, on Kish's effective n.
        level: The confidence level.

    Raises:
        InsufficientData: A stratum with fewer than two units; one cluster in all, or of a stratum
            whose share is not what its units stand for; or no spread within any stratum, and no
            bounds.
        UsageError: The arguments do not fit.

    References:
        Cochran (1977), *Sampling Techniques*, sections 5.4 and 5A.9; Satterthwaite (1946); Korn
        and Graubard (1998), Survey Methodology 24, 193-201, for the effective size.
    """
    check_level(level)
    vector = check_finite(values, 1)
    if vector.size != strata.codes.size:
        raise UsageError(f"one stratum per value is needed; found {strata.codes.size}")
    value = float(strata.weights @ vector)
    error, df = strata.spread(vector, clusters)
    weights, caution = _independent(strata, clusters)
    if error <= _ROUNDING * max(1.0, float(np.abs(vector).max())):
        return _alike(value, weights, bounds, level=level, n=vector.size)
    t = t_quantile((1 + level) / 2, df)
    if strata.drawn and bounds == (0.0, 1.0) and np.isin(vector, (0.0, 1.0)).all():
        size = value * (1 - value) * (two_sided_z(level) / (t * error)) ** 2
        return _share(value, size, strata, caution=caution, level=level)
    half = t * error
    low, high = bounds or (-math.inf, math.inf)
    return Estimate(
        value=value,
        low=min(value, max(low, value - half)),
        high=max(value, min(high, value + half)),
        level=level,
        n=vector.size,
        method=f"{strata.method}, {'' if clusters is None else 'CR1, '}t(Satterthwaite)",
        reason=caution,
    )


def _independent(strata: Strata, clusters: ArrayLike | None) -> tuple[Floats, str | None]:
    """What each unit counts, or each cluster, and the caution that few of these carry."""
    weights = strata.weights
    if clusters is None:
        return weights, None
    sums = cluster_sums(weights[:, None], cluster_codes(clusters, weights.size))[:, 0]
    return sums, caution_if_few(sums.size, "clusters")


def _share(
    value: float, size: float, strata: Strata, *, caution: str | None, level: float
) -> Estimate:
    """The share of yes: Wilson's interval at the size that has the same standard error and t."""
    low, high = score_bounds(value, size, level=level)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        n=strata.codes.size,
        method=f"{strata.method}, Wilson at the effective size",
        reason=caution,
    )


def _alike(
    value: float, weights: Floats, bounds: tuple[float, float] | None, *, level: float, n: int
) -> Estimate:
    """Where units differ within no stratum: what Clopper-Pearson leaves possible."""
    if bounds is None:
        raise InsufficientData(
            "no two units of a stratum differ: without spread and without the bounds of the scale "
            "there is no interval"
        )
    other = 1 - unanimous_share(max(int(kish(weights)), 1), level)
    return Estimate(
        value=value,
        low=value - other * (value - bounds[0]),
        high=value + other * (bounds[1] - value),
        level=level,
        n=n,
        method="exact, all values of each stratum equal",
        reason="no two units of a stratum differ; the interval is what Clopper-Pearson leaves open",
    )
