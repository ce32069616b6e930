"""Agreement among several raters and its correction for chance, as functions of patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.bca import Interval, Resampling, no_spread, require_units
from measurand.stats.patterns import Patterns
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import t_quantile
from measurand.stats.resampling import bca

__all__ = ["MOST_CATEGORIES", "ChanceCorrected", "Model", "Weighting", "agreement_weights"]

Weighting = Literal["none", "linear", "quadratic", "ordinal"]
"""How much two different values still agree; Gwet's ordinal is not Krippendorff's ordinal."""
Model = Literal["gwet", "fleiss", "uniform"]
"""Where chance agreement comes from."""

MOST_CATEGORIES = 1000
_NO_SPREAD = 1e-12
_ALL_EQUAL = "all ratings are equal, so agreement corrected for chance is undefined"


def agreement_weights(values: Floats, weighting: Weighting) -> Floats:
    """How much each pair of values agrees: 1 on the diagonal, 0 for the farthest pair.

    Linear and quadratic weights go by the distance of the values themselves: pass ranks where
    only the order means anything. Ordinal weights go by ranks (Gwet 2014, section 3.5).

    Args:
        values: Shape (values,), ascending and distinct, at least two.
        weighting: ``"none"`` makes every difference a full disagreement.

    Returns:
        Shape (values, values).
    """
    if weighting == "none":
        return np.eye(len(values))
    if weighting == "ordinal":
        rank = np.arange(len(values))
        span = np.abs(rank[:, None] - rank) + 1
        distance = span * (span - 1) / 2
        return np.asarray(1 - distance / distance.max())
    distance = np.abs(values[:, None] - values) / (values[-1] - values[0])
    return np.asarray(1 - distance ** (1 if weighting == "linear" else 2))


@dataclass(frozen=True, slots=True)
class ChanceCorrected:
    """A coefficient ``(observed - chance) / (1 - chance)`` for any number of raters a unit.

    Observed agreement averages over units with two ratings or more; the prevalence of values
    averages over all units, so that a unit with one rating still informs chance.

    Args:
        patterns: The ratings; units with one rating included.
        shares: Shape (patterns, categories): each category's share of the unit's ratings.
        agreeing: Shape (patterns,): weighted share of agreeing pairs; 0 where there is no pair.
        weights: Shape (categories, categories).
        model: Where chance agreement comes from.

    References:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapters 2, 4 and 5.
    """

    patterns: Patterns
    shares: Floats
    agreeing: Floats
    weights: Floats
    model: Model

    @classmethod
    def of(
        cls,
        ratings: Floats,
        model: Model,
        *,
        weighting: Weighting = "none",
        categories: Sequence[float] | None = None,
    ) -> ChanceCorrected:
        """Prepare a coefficient.

        Args:
            ratings: Shape (units, raters); NaN marks a rating that was not given.
            model: Where chance agreement comes from.
            weighting: How much two different values still agree.
            categories: The values a rating could have had; by default those that occur.

        Raises:
            InsufficientData: No unit has two ratings; one category; or too many of them.
            UsageError: A rating is not among the categories.
        """
        patterns = Patterns.of(ratings, least=1)
        sizes = patterns.sizes
        if sizes.max() < 2:  # noqa: PLR2004 - a pair takes two
            raise InsufficientData("no unit has two ratings, so there is nothing to compare")
        possible = _categories(patterns.values, categories)
        weights = agreement_weights(possible, weighting)
        counts = patterns.spread(possible)
        pairs = np.einsum("pk,pk->p", counts, counts @ weights - 1)
        agreeing = np.divide(pairs, sizes * (sizes - 1), out=np.zeros_like(pairs), where=sizes > 1)
        return cls(patterns, counts / sizes[:, None], agreeing, weights, model)

    @property
    def n(self) -> int:
        """Units with at least two ratings."""
        return int(self.patterns.units[self.patterns.sizes > 1].sum())

    @property
    def value(self) -> float:
        """The coefficient.

        Raises:
            InsufficientData: Chance agreement is complete.
        """
        value = float(self.statistic(self.patterns.units[None, :])[0])
        if np.isnan(value):
            raise InsufficientData(_ALL_EQUAL)
        return value

    @property
    def unanimous(self) -> bool:
        """Whether no unit has two different ratings."""
        return self.patterns.unanimous

    def statistic(self, multiplicities: Floats) -> Floats:
        """The coefficient of each row of multiplicities; NaN where chance agreement is 1."""
        paired = (self.patterns.sizes > 1).astype(np.float64)
        pairs = multiplicities @ paired
        observed = np.divide(
            multiplicities @ (self.agreeing * paired),
            pairs,
            out=np.full(len(pairs), np.nan),
            where=pairs > 0,
        )
        chance = self._chance(self._prevalence(multiplicities))
        room = np.where(chance < 1 - _NO_SPREAD, 1 - chance, np.nan)
        return np.asarray((observed - chance) / room)

    def bootstrapped(self, how: Resampling, *, name: str) -> Interval:
        """The BCa interval over units; for unanimous units the exact bound."""
        if self.unanimous:
            return self._bound(how.level)
        require_units(self.n, name, "units with two ratings")
        if np.ptp(self.agreeing[self.patterns.sizes > 1]) <= _NO_SPREAD:
            raise no_spread(name)
        width = self.shares.shape[1] + len(self.shares)
        return bca(self.statistic, self.patterns.units, how, name=name, width=width)

    def linearised(self, level: float, *, name: str) -> Interval:
        """Gwet's t interval with n - 1 degrees of freedom; the exact bound for unanimous units."""
        if self.unanimous:
            return self._bound(level)
        require_units(self.n, name, "units with two ratings")
        error = self.standard_error()
        if error <= _NO_SPREAD:
            raise no_spread(name)
        margin = t_quantile((1 + level) / 2, self.patterns.n - 1) * error
        return Interval(self.value - margin, min(self.value + margin, 1.0))

    def standard_error(self) -> float:
        """The standard error over units, by linearisation (Gwet 2014, equation 5.3.5)."""
        units, value = self.patterns.units, self.value
        n = units.sum()
        prevalence = self._prevalence(units)
        chance = float(self._chance(prevalence))
        paired = self.patterns.sizes > 1
        share = n / units[paired].sum()
        scores = np.where(paired, share * (self.agreeing - chance), 0.0)
        scores -= 2 * (1 - value) * (self._slope(prevalence) - chance)
        deviations = scores / (1 - chance) - value
        return float(np.sqrt(units @ deviations**2 / (n * (n - 1))))

    def _bound(self, level: float) -> Interval:
        chance = float(self._chance(self._prevalence(self.patterns.units)))
        return Interval(1 - (1 - unanimous_share(self.n, level)) / (1 - chance), 1.0)

    def _prevalence(self, multiplicities: Floats) -> Floats:
        return np.asarray(multiplicities @ self.shares / multiplicities.sum(axis=-1, keepdims=True))

    def _chance(self, prevalence: Floats) -> Floats:
        q = len(self.weights)
        if self.model == "uniform":
            return np.full(prevalence.shape[:-1], self.weights.sum() / q**2)
        if self.model == "fleiss":
            return np.asarray(((prevalence @ self.weights) * prevalence).sum(axis=-1))
        rest = (prevalence * (1 - prevalence)).sum(axis=-1)
        return np.asarray(self.weights.sum() / (q * (q - 1)) * rest)

    def _slope(self, prevalence: Floats) -> Floats:
        """What each unit contributes to chance agreement, whose mean is chance agreement."""
        q = len(self.weights)
        if self.model == "uniform":
            return np.full(len(self.shares), self.weights.sum() / q**2)
        if self.model == "fleiss":
            return np.asarray(self.shares @ (self.weights @ prevalence))
        return np.asarray(self.weights.sum() / (q * (q - 1)) * (self.shares @ (1 - prevalence)))


def _categories(values: Floats, categories: Sequence[float] | None) -> Floats:
    possible = values if categories is None else np.unique(np.asarray(categories, np.float64))
    if strange := sorted(set(values.tolist()) - set(possible.tolist())):
        raise UsageError(f"a rating is {strange[0]:g}, which is not among the categories")
    if len(possible) == 1:
        raise InsufficientData(_ALL_EQUAL)
    if len(possible) > MOST_CATEGORIES:
        raise InsufficientData(
            f"found {len(possible)} different values; this coefficient is for categories: "
            "use Krippendorff's alpha or the intraclass correlation"
        )
    return possible
