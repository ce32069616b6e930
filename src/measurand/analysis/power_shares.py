"""Comparisons of yes and no: in pairs, in clusters, and of systems with examples of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from measurand.errors import InsufficientData
from measurand.stats.power import (
    mcnemar_power,
    minimum_detectable_difference,
    paired_exactly,
    paired_n_exact,
)
from measurand.stats.power_discordance import rising_difference
from measurand.stats.power_means import MeanDesign, mean_n, mean_power
from measurand.stats.power_parts import Sides, percent
from measurand.stats.power_unpaired import unpaired_exactly, unpaired_n_exact, unpaired_power

__all__ = ["Paired", "PairedInClusters", "Unpaired", "smallest"]

_PRECISION = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two systems on the same examples, yes/no: McNemar.

    Args:
        discordance: The share of examples on which they differ.
        level: One minus the error rate.
        side: Whether only the expected sign counts as found.
        rising: Whether a difference that the discordance leaves no room for is one that raises
            it; else there is none.
    """

    discordance: float
    level: float
    side: Sides = "two"
    rising: bool = False

    def method_at(self, n: float) -> str:
        """Exact up to 20,000 pairs on which the two differ."""
        exact = paired_exactly(round(n), self.discordance)
        return "mid-p McNemar, exact unconditional power" if exact else "McNemar, normal power"

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power.mcnemar_power`."""
        share = self._share(difference)
        return mcnemar_power(n, share, difference, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power.paired_n_exact`."""
        share, level = self._share(difference), self.level
        return paired_n_exact(share, difference, power=power, level=level, side=self.side)

    def _share(self, difference: float) -> float:
        return max(self.discordance, abs(difference)) if self.rising else self.discordance

    def detectable(self, n: int, power: float) -> float:
        """As `measurand.stats.power.minimum_detectable_difference`."""
        share, how = self.discordance, (self.level, self.side)
        try:
            return minimum_detectable_difference(n, share, power=power, level=how[0], side=how[1])
        except InsufficientData:
            if not self.rising:
                raise
        return rising_difference(n, power=power, level=how[0], side=how[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedInClusters:
    """Two systems on the same examples, yes/no, examples of one cluster alike: t over clusters.

    The differences spread by ``discordance - difference^2``. It never finds more than McNemar does
    in independent examples.

    Args:
        plain: The same without clusters.
        icc: The share of the variance of differences that lies between clusters.
        size: Examples of a cluster; None where the number of clusters is fixed.
        clusters: How many there are, where it is.
        felt: As of `measurand.stats.power_means.MeanDesign`.
    """

    plain: Paired
    icc: float
    size: float | None = None
    clusters: int | None = None
    felt: float | None = None

    def method_at(self, _: float) -> str:
        """By t, but not beyond McNemar."""
        return "t over clusters (CR1), noncentral t, at most mid-p McNemar"

    def power_at(self, n: int, difference: float) -> float:
        """The lesser of both powers."""
        return min(self._by_t(n, difference), self.plain.power_at(n, difference))

    def needed(self, difference: float, power: float) -> int:
        """The larger of both numbers."""
        design, plain = self._design(difference), self.plain
        many = mean_n(difference, design, power=power, level=plain.level, side=plain.side)
        return max(many, plain.needed(difference, power))

    def detectable(self, n: int, power: float) -> float:
        """The larger of both differences."""
        least = self.plain.detectable(n, power)
        end = 1.0 if self.plain.rising else self.plain.discordance
        try:
            return max(least, smallest(partial(self._by_t, n), power, end))
        except InsufficientData:
            raise InsufficientData(
                f"{n:,} examples in such clusters find no difference within a discordance of "
                f"{end:.1%} with a power of {percent(power)}"
            ) from None

    def _by_t(self, n: int, difference: float) -> float:
        plain = self.plain
        design = self._design(difference)
        return mean_power(n, difference, design, level=plain.level, side=plain.side)

    def _design(self, difference: float) -> MeanDesign:
        share = max(self.plain.discordance, abs(difference))
        sd = math.sqrt(max(share - difference**2, _PRECISION))
        size, clusters, felt = self.size, self.clusters, self.felt
        return MeanDesign(sd=sd, icc=self.icc, size=size, clusters=clusters, felt=felt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired:
    """Two systems on examples of their own, yes/no: the pooled z test."""

    rate: float
    level: float
    side: Sides = "two"

    def method_at(self, n: float) -> str:
        """Exact unless there are very many."""
        return f"pooled z, {'exact' if unpaired_exactly(round(n), self.rate) else 'normal'} power"

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_unpaired.unpaired_power`."""
        second = self.rate + difference
        return unpaired_power(n, self.rate, second, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_unpaired.unpaired_n_exact`."""
        second = self.rate + difference
        return unpaired_n_exact(self.rate, second, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest rise; where the rate is too high for one, the smallest fall."""
        for end in (1 - self.rate, -self.rate):
            if end and self.power_at(n, end) >= power:
                return smallest(partial(self.power_at, n), power, end)
        raise InsufficientData(
            f"{n} examples of each system find no difference from {self.rate:g} with a power of "
            f"{percent(power)}"
        )


def smallest(power_at: Callable[[float], float], power: float, end: float) -> float:
    """The smallest difference, of the sign of ``end``, that reaches the power."""
    if power_at(end) < power:
        raise InsufficientData(f"nothing is found with a power of {percent(power)}, however large")
    low, high = 0.0, end
    while abs(high - low) > _PRECISION * abs(end):
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high
