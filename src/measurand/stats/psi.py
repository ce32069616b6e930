"""Whether two samples hold the same mix of kinds: the population stability index, and its chance.

The index of two samples of one population is not 0. It is about (B - 1)(1/n + 1/m) for B kinds, so
that the customary limits of 0.1 and 0.25 raise an alarm on most days of a small sample and on none
of a large one. Here it is held against what chance gives at these sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import cluster_codes
from measurand.stats.poststrata import kish
from measurand.stats.quantiles import check_level

__all__ = ["Mix", "Psi", "psi", "psi_test", "psi_threshold"]

Codes: TypeAlias = NDArray[np.intp]

_FEWEST = 2
_HALF = 0.5
"""Added to each count, so that a kind without any unit has a logarithm."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What share of a sample each kind is, and how sure that is.

    Args:
        shares: Shape (kinds,), summing to 1.
        n: How many units.
        worth: How many independent units that count alike are worth as much.
        covariance: Of the shares, shape (kinds, kinds); None for units that are independent and
            count alike, whose shares are multinomial.
    """

    shares: Floats
    n: int
    worth: float
    covariance: Floats | None = None

    @classmethod
    def of(
        cls,
        codes: ArrayLike,
        kinds: int,
        *,
        weights: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> Mix:
        """The mix of a sample.

        Args:
            codes: The kind of each unit, from 0, shape (units,).
            kinds: How many kinds there are.
            weights: What each unit stands for, as 1 over the chance with which it was drawn.
            clusters: What units share; those of one cluster are not independent.

        Raises:
            InsufficientData: There are fewer than two units, or clusters.
            UsageError: The arguments do not fit.
        """
        found = np.asarray(codes, dtype=np.intp)
        if found.ndim != 1 or (found.size and not 0 <= found.min() <= found.max() < kinds):
            raise UsageError(f"each unit is of one of {kinds} kinds")
        if found.size < _FEWEST:
            raise InsufficientData(f"a mix needs at least two units; found {found.size}")
        counts = np.ones(found.size) if weights is None else check_finite(weights, 1)
        if counts.size != found.size or counts.min() <= 0:
            raise UsageError("each unit has one weight, which is above 0")
        plain = weights is None or float(np.ptp(counts)) <= 1e-12 * float(counts.max())
        counts = counts / counts.sum()
        shares = np.bincount(found, counts, minlength=kinds).astype(np.float64)
        groups = None if clusters is None else cluster_codes(clusters, found.size)
        if groups is not None and int(groups.max()) + 1 == found.size:
            groups = None
        if plain and groups is None:
            return cls(shares, found.size, float(found.size))
        covariance = _covariance(found, counts, shares, groups=groups)
        return cls(shares, found.size, _worth(shares, covariance, counts), covariance)

    def spread(self, pooled: Floats) -> Floats:
        """The covariance of the shares, where both samples are of a population with these."""
        if self.covariance is not None:
            return self.covariance
        return np.asarray((np.diag(pooled) - np.outer(pooled, pooled)) / self.n, dtype=np.float64)

    @property
    def smoothed(self) -> Floats:
        """The shares with half a unit more of each kind."""
        added = self.shares * self.worth + _HALF
        return np.asarray(added / added.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Psi:
    """The index of two samples, and what chance makes of it.

    Args:
        found: The index as it is found.
        chance: What it is on average where nothing has shifted.
        threshold: What it stays below with the probability of the level where nothing has.
        p: The chance of one as large, where nothing has shifted.
        estimate: The shift itself: the index less what chance adds, with its interval.
        df: Degrees of freedom.
        scale: The index over this is a chi-square.
    """

    found: float
    chance: float
    threshold: float
    p: float
    estimate: Estimate
    df: float
    scale: float

    def passing(self, shift: float) -> float:
        """The chance that the interval ends below this shift, where nothing has shifted.

        Args:
            shift: Above 0.

        Raises:
            UsageError: The shift is not above 0.
        """
        if not shift > 0:
            raise UsageError(f"a shift that matters is above 0; found {shift}")
        tail = (1 - self.estimate.level) / 2
        most = float(special.chndtrix(tail, self.df, shift / self.scale))
        # No interval ends below that of the middle of what chance gives.
        return float(special.chdtr(self.df, most)) if most > special.chdtri(self.df, 0.5) else 0.0


def psi(first: ArrayLike, second: ArrayLike) -> float:
    """The population stability index: the sum of (p - q) log(p / q) over kinds.

    Args:
        first: The shares, or counts, of one sample, all above 0.
        second: Of the other, of the same kinds.

    Raises:
        UsageError: They do not fit, or one is not above 0.
    """
    p, q = check_finite(first, 1), check_finite(second, 1)
    if p.size != q.size or not p.size or min(p.min(), q.min()) <= 0:
        raise UsageError("the index needs a share above 0 of each kind in both samples")
    p, q = p / p.sum(), q / q.sum()
    return float((p - q) @ np.log(p / q))


def psi_threshold(kinds: int, n: int, m: int, *, level: float = LEVEL) -> float:
    """What the index of two samples of one population stays below: a chi-square, scaled.

    Args:
        kinds: How many kinds.
        n: Units of one sample.
        m: Of the other.
        level: With what probability.

    Raises:
        UsageError: There are fewer than two kinds, or no unit.

    References:
        Yurdakul and Naranjo (2020), Statistical properties of the population stability index,
        Journal of Risk Model Validation 14.
    """
    if kinds < _FEWEST or min(n, m) < 1:
        raise UsageError("a threshold needs two kinds and a unit of each sample")
    return float(special.chdtri(kinds - 1, 1 - check_level(level))) * (1 / n + 1 / m)


def psi_test(first: Mix, second: Mix, *, level: float = LEVEL) -> Psi:
    """Whether two samples are of one population, by the index of their mixes.

    Half a unit is added to each kind. Where units are independent and count alike, the index over
    1/n + 1/m is a chi-square with B - 1 degrees. Else its scale and degrees are those of a sum of
    chi-squares with the same mean and variance, from the covariance of the shares (Satterthwaite,
    as Rao and Scott do it). The interval is of the index that the populations have: by a
    noncentral chi-square. An index below the middle of what chance gives has the upper end of that
    middle: samples that agree more than chance would have it rule out no more than others.

    Args:
        first: One sample.
        second: The other, of the same kinds.
        level: Of the threshold and of the interval.

    Raises:
        InsufficientData: Both have units of one kind only.
        UsageError: They have different kinds.

    References:
        Rao and Scott (1981), The analysis of categorical data from complex sample surveys, JASA 76;
        Cowan, Cranmer, Gross and Vitells (2011), Power-constrained limits, arXiv 1105.3166.
    """
    check_level(level)
    if first.shares.size != second.shares.size:
        raise UsageError("two mixes have the same kinds")
    held = (first.shares + second.shares) > 0
    if int(held.sum()) < _FEWEST:
        raise InsufficientData("all units are of one kind: there is no mix to compare")
    first, second = _only(first, held), _only(second, held)
    pooled = first.shares * first.worth + second.shares * second.worth
    pooled = pooled / pooled.sum()
    spread = (first.spread(pooled) + second.spread(pooled)) / np.sqrt(np.outer(pooled, pooled))
    chance, squares = float(np.trace(spread)), float((spread * spread).sum())
    scale, df = squares / chance, chance**2 / squares
    found = psi(first.smoothed, second.smoothed)
    return Psi(
        found=found,
        chance=chance,
        threshold=float(special.chdtri(df, 1 - level)) * scale,
        p=float(special.chdtrc(df, found / scale)),
        estimate=_shift(found / scale, df, scale, level=level, n=first.n + second.n),
        df=df,
        scale=scale,
    )


def _only(mix: Mix, held: NDArray[np.bool_]) -> Mix:
    spread = mix.covariance
    kept = None if spread is None else spread[np.ix_(held, held)]
    return Mix(mix.shares[held], mix.n, mix.worth, kept)


def _shift(x: float, df: float, scale: float, *, level: float, n: int) -> Estimate:
    tail = (1 - level) / 2
    low = _noncentrality(x, df, 1 - tail)
    high = _noncentrality(max(x, float(special.chdtri(df, 0.5))), df, tail)
    value = min(max(x - df, low), high)
    return Estimate(
        value=value * scale,
        low=low * scale,
        high=high * scale,
        level=level,
        n=n,
        method="PSI less what chance adds, noncentral chi-square",
    )


def _noncentrality(x: float, df: float, below: float) -> float:
    """The noncentrality at which a chi-square stays below x with this probability; 0 if none."""
    if float(special.chdtr(df, x)) <= below:
        return 0.0
    return float(special.chndtrinc(x, df, below))


def _covariance(codes: Codes, weights: Floats, shares: Floats, *, groups: Codes | None) -> Floats:
    """Of the shares: squared sums of each cluster's contributions, linearised."""
    of = np.arange(codes.size) if groups is None else groups
    count = int(of.max()) + 1
    if count < _FEWEST:
        raise InsufficientData("all units share one cluster: nothing is known of how they differ")
    parts = np.zeros((count, shares.size))
    np.add.at(parts, (of, codes), weights)
    parts -= np.bincount(of, weights)[:, None] * shares
    return np.asarray(count / (count - 1) * parts.T @ parts, dtype=np.float64)


def _worth(shares: Floats, covariance: Floats, weights: Floats) -> float:
    """How many multinomial units have shares that are as sure on the whole."""
    held = shares > 0
    total = float((np.diag(covariance)[held] / shares[held]).sum())
    if np.count_nonzero(held) < _FEWEST or total <= 0:
        return kish(weights)
    return float((np.count_nonzero(held) - 1) / total)
