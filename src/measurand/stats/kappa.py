"""Kappas: Cohen's for two raters, Fleiss' and Randolph's for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.bca import Resampling, no_spread, require_units
from measurand.stats.chance import MOST_CATEGORIES, ChanceCorrected, Weighting, agreement_weights
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import two_sided_z
from measurand.stats.resampling import RESAMPLES

__all__ = ["cohen_kappa", "fleiss_kappa", "randolph_kappa"]

_NO_SPREAD = 1e-12
"""A variance below this is rounding."""


def cohen_kappa(
    first: Floats,
    second: Floats,
    *,
    weights: Literal["none", "linear", "quadratic"] = "none",
    level: float = LEVEL,
) -> Estimate:
    """Cohen's kappa of two raters, with the asymptotic interval.

    Args:
        first: Shape (units,): one rater; NaN where there is no rating.
        second: Shape (units,): the other.
        weights: Linear and quadratic weights go by the distance of the values themselves; pass
            ranks where only the order means anything.
        level: The confidence level.

    Returns:
        In [-1, 1]. For two raters who never differ the interval is the exact bound.

    Raises:
        InsufficientData: Fewer than three units rated by both; all ratings of either rater
            equal; or no spread from which an interval could come.
        UsageError: The raters have different numbers of units.

    References:
        Cohen (1968), Psychological Bulletin 70; Fleiss, Cohen and Everitt (1969), ibid. 72.
    """
    name = "Cohen's kappa" if weights == "none" else f"Cohen's kappa ({weights} weights)"
    shares, values, n = _table(first, second)
    agreeing = agreement_weights(values, weights)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed = float((agreeing * shares).sum())
    chance = float(rows @ agreeing @ columns)
    value = (observed - chance) / (1 - chance)
    if not (shares - np.diag(np.diag(shares))).any():
        low = max(1 - (1 - unanimous_share(n, level)) / (1 - chance), -1.0)
        return Estimate(
            value=1.0, low=low, high=1.0, level=level, n=n, method=f"{name}, exact bound"
        )
    margins = (agreeing @ columns)[:, None] + agreeing.T @ rows
    variance = (shares * (agreeing - margins * (1 - value)) ** 2).sum()
    variance -= (value - chance * (1 - value)) ** 2
    if variance <= _NO_SPREAD:
        raise no_spread(name)
    error = float(np.sqrt(variance / n)) / (1 - chance)
    margin = two_sided_z(level) * error
    return Estimate(
        value=value,
        low=max(value - margin, -1.0),
        high=min(value + margin, 1.0),
        level=level,
        n=n,
        method=f"{name}, asymptotic standard error (Fleiss, Cohen and Everitt 1969)",
    )


def fleiss_kappa(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    weights: Weighting = "none",
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Fleiss' kappa of several raters, who need not be the same for every unit.

    Where the number of ratings varies, this is Gwet's generalisation, and the method says so:
    every unit with two ratings counts alike in agreement, every rated unit alike in chance.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        rng: Draws the resamples.
        weights: Linear and quadratic go by the distance of the values, ordinal by ranks.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; all ratings equal.

    References:
        Fleiss (1971), Psychological Bulletin 76; Gwet (2014), chapters 2 and 4.
    """
    found = ChanceCorrected.of(ratings, "fleiss", weighting=weights)
    name = "Fleiss' kappa" if weights == "none" else f"Fleiss' kappa ({weights} weights)"
    return _resampled(found, name, Resampling(rng=rng, level=level, resamples=resamples))


def randolph_kappa(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Randolph's free-marginal kappa of several raters: chance picks every category alike.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        rng: Draws the resamples.
        categories: The values a rating could have had; by default those that occur.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; one category.
        UsageError: A rating is not among the categories.

    References:
        Randolph (2005), Free-marginal multirater kappa, Joensuu Learning and Instruction
        Symposium.
    """
    found = ChanceCorrected.of(ratings, "uniform", categories=categories)
    how = Resampling(rng=rng, level=level, resamples=resamples)
    return _resampled(found, "Randolph's kappa", how)


def _resampled(found: ChanceCorrected, name: str, how: Resampling) -> Estimate:
    value = found.value
    interval = found.bootstrapped(how, name=name)
    varying = len(np.unique(found.patterns.sizes)) > 1
    return Estimate(
        value=value,
        low=interval.low,
        high=interval.high,
        level=how.level,
        n=found.n,
        method=name
        + (", generalised to a varying number of raters" if varying else "")
        + (", exact bound" if found.unanimous else ", BCa over units"),
        reason=interval.caution,
    )


def _table(first: Floats, second: Floats) -> tuple[Floats, Floats, int]:
    """The table of shares of two raters, the values of its rows and columns, and the units."""
    pair = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if pair[0].shape != pair[1].shape or pair[0].ndim != 1:
        raise UsageError(
            f"two raters rate the same units; found shapes {pair[0].shape} and {pair[1].shape}"
        )
    both = np.isfinite(pair[0]) & np.isfinite(pair[1])
    n = int(both.sum())
    require_units(n, "Cohen's kappa", "units rated by both")
    rated = np.stack(pair)[:, both]
    values = np.unique(rated)
    if len(values) == 1:
        raise InsufficientData("all ratings are equal, so Cohen's kappa is undefined")
    if np.ptp(rated, axis=1).min() == 0:
        raise InsufficientData(
            "one of the two raters gave every unit the same rating: kappa is then 0 whatever the "
            "other says, and its uncertainty cannot be estimated"
        )
    if len(values) > MOST_CATEGORIES:
        raise InsufficientData(
            f"found {len(values)} different values; kappa is for categories: use Krippendorff's "
            "alpha or the intraclass correlation"
        )
    codes = np.searchsorted(values, rated)
    flat = np.bincount(codes[0] * len(values) + codes[1], minlength=len(values) ** 2)
    return flat.reshape(len(values), -1) / n, values, n
