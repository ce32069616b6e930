"""Gwet's AC1 and AC2, and Brennan and Prediger's coefficient: robust at high prevalence."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.stats.arrays import Floats
from measurand.stats.chance import ChanceCorrected, Weighting
from measurand.stats.estimate import LEVEL, Estimate

__all__ = ["brennan_prediger", "gwet_ac1", "gwet_ac2"]


def gwet_ac1(
    ratings: Floats, *, categories: Sequence[float] | None = None, level: float = LEVEL
) -> Estimate:
    """Gwet's AC1, which stays near raw agreement where one category is rare.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        categories: The values a rating could have had; by default those that occur.
        level: The confidence level.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; one category.
        UsageError: A rating is not among the categories.

    References:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 4.
    """
    found = ChanceCorrected.of(ratings, "gwet", categories=categories)
    return _estimate(found, "Gwet's AC1", level)


def gwet_ac2(
    ratings: Floats,
    *,
    weights: Weighting,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Gwet's AC2: AC1 with partial agreement between values that are near each other.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        weights: Linear and quadratic go by the distance of the values, ordinal by ranks.
        categories: The values a rating could have had; by default those that occur.
        level: The confidence level.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; one category.
        UsageError: A rating is not among the categories.

    References:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 4.
    """
    found = ChanceCorrected.of(ratings, "gwet", weighting=weights, categories=categories)
    return _estimate(found, f"Gwet's AC2 ({weights} weights)", level)


def brennan_prediger(
    ratings: Floats,
    *,
    weights: Weighting = "none",
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Brennan and Prediger's coefficient: chance picks every category alike.

    Without weights its value is Randolph's free-marginal kappa.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        weights: Linear and quadratic go by the distance of the values, ordinal by ranks.
        categories: The values a rating could have had; by default those that occur.
        level: The confidence level.

    Raises:
        InsufficientData: No unit has two ratings; fewer than three units; one category.
        UsageError: A rating is not among the categories.

    References:
        Brennan and Prediger (1981), Educational and Psychological Measurement 41; Gwet (2014).
    """
    found = ChanceCorrected.of(ratings, "uniform", weighting=weights, categories=categories)
    return _estimate(found, f"Brennan-Prediger ({weights} weights)", level)


def _estimate(found: ChanceCorrected, name: str, level: float) -> Estimate:
    interval = found.linearised(level, name=name)
    kind = "exact bound" if found.unanimous else "linearised standard error, t"
    return Estimate(
        value=found.value,
        low=interval.low,
        high=interval.high,
        level=level,
        n=found.n,
        method=f"{name}, {kind}",
    )
