"""The comparisons whose power is foretold, each with the same three questions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from measurand.analysis.power_options import JUDGED, PowerOptions
from measurand.errors import InsufficientData
from measurand.stats.power import (
    Sides,
    mcnemar_power,
    minimum_detectable_difference,
    paired_n_exact,
    sided_level,
    unpaired_n,
    unpaired_power,
)
from measurand.stats.power_correlation import (
    TwoCorrelations,
    correlation_n,
    correlation_power,
    two_correlations_n,
    two_correlations_power,
)
from measurand.stats.power_means import (
    MeanDesign,
    mean_detectable,
    mean_n,
    mean_power,
    normal_power,
)
from measurand.stats.ppi import effective_n
from measurand.stats.precision import least_number
from measurand.stats.quantiles import normal_quantile

__all__ = [
    "Correlated",
    "Labelled",
    "Means",
    "Miller",
    "Paired",
    "Question",
    "TwoCorrelated",
    "Unpaired",
    "design_of",
    "question_of",
]

_PRECISION = 1e-9
_MOST = 100_000_000


class Question(Protocol):
    """A comparison: its power, the examples it takes, and what so many detect."""

    @property
    def method(self) -> str:
        """By which test, and how its power is computed."""

    def power_at(self, n: int, difference: float) -> float:
        """The probability that ``n`` examples find the difference."""

    def needed(self, difference: float, power: float) -> int:
        """The examples that find it so often."""

    def detectable(self, n: int, power: float) -> float:
        """The smallest difference that ``n`` examples find so often."""


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
    method: str = field(default="mid-p McNemar, exact unconditional power", init=False)

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power.mcnemar_power`."""
        return mcnemar_power(n, self.discordance, difference, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power.paired_n_exact`."""
        share, level = self.discordance, self.level
        return paired_n_exact(share, difference, power=power, level=level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """As `measurand.stats.power.minimum_detectable_difference`."""
        share, how = self.discordance, (self.level, self.side)
        try:
            return minimum_detectable_difference(n, share, power=power, level=how[0], side=how[1])
        except InsufficientData:
            if not self.rising:
                raise
        return _smallest(lambda d: mcnemar_power(n, d, d, level=how[0], side=how[1]), power, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired:
    """Two systems on examples of their own, yes/no: the pooled z test."""

    rate: float
    level: float
    side: Sides = "two"
    method: str = field(default="pooled z, exact power; n by formula", init=False)

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power.unpaired_power`."""
        second = self.rate + difference
        return unpaired_power(n, self.rate, second, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power.unpaired_n`."""
        second = self.rate + difference
        return unpaired_n(self.rate, second, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest rise; where the rate is too high for one, the smallest fall."""
        for end in (1 - self.rate, -self.rate):
            if end and self.power_at(n, end) >= power:
                return _smallest(partial(self.power_at, n), power, end)
        raise InsufficientData(
            f"{n} examples of each system find no difference from {self.rate:g} with a power of "
            f"{power:.0%}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Mean scores, of clusters where there are any: the t test."""

    design: MeanDesign
    level: float
    side: Sides = "two"

    @property
    def method(self) -> str:
        """By t, over clusters where there are any."""
        clustered = self.design.size != 1
        return "t over clusters (CR1), noncentral t" if clustered else "t, noncentral t"

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_means.mean_power`."""
        return mean_power(n, difference, self.design, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_means.mean_n`."""
        return mean_n(difference, self.design, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """As `measurand.stats.power_means.mean_detectable`."""
        return mean_detectable(n, self.design, power=power, level=self.level, side=self.side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Miller:
    """Mean scores from the parts of their spread: Miller's formula."""

    variance: float
    level: float
    side: Sides = "two"
    method: str = field(default="normal, Miller 2024", init=False)

    def power_at(self, n: int, difference: float) -> float:
        """Of the z test."""
        return normal_power(difference / math.sqrt(self.variance / n), self.level, self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power.questions_needed`."""
        return max(1, math.ceil((self._reach(power) / difference) ** 2 * self.variance))

    def detectable(self, n: int, power: float) -> float:
        """The same formula, solved for the difference."""
        return self._reach(power) * math.sqrt(self.variance / n)

    def _reach(self, power: float) -> float:
        level = sided_level(self.level, self.side)
        return normal_quantile((1 + level) / 2) + normal_quantile(power)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Scores of a judge that people's labels correct: t with one less than the labels.

    ``n`` are the outputs that the judge scores, the labelled ones among them.
    """

    sd: float
    labels: int
    correlation: float
    level: float
    side: Sides = "two"
    method: str = field(default="prediction-powered, t(labels - 1)", init=False)

    def worth(self, n: int) -> float:
        """As how many labels without a judge."""
        return effective_n(self.labels, max(n - self.labels, 0), self.correlation)

    def power_at(self, n: int, difference: float) -> float:
        """Of a mean difference with the variance that the effective labels leave."""
        return mean_power(self.labels, difference, self._at(n), level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """The outputs that the judge must score beside these labels."""

        def short(n: int) -> float:
            return -self.power_at(n, difference)

        found = least_number(short, -power, least=self.labels, most=_MOST)
        if found is None:
            raise InsufficientData(
                f"{self.labels} labels and a judge that correlates by {self.correlation:g} with "
                f"people do not find {difference:g} with a power of {power:.0%}, however many "
                "outputs it scores: more labels would"
            )
        return found

    def detectable(self, n: int, power: float) -> float:
        """Of the same mean difference."""
        design, level = self._at(n), self.level
        return mean_detectable(self.labels, design, power=power, level=level, side=self.side)

    def _at(self, n: int) -> MeanDesign:
        return MeanDesign(sd=self.sd * math.sqrt(self.labels / self.worth(n)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """A correlation held against 0; the difference is the correlation itself."""

    level: float
    side: Sides = "two"
    method: str = field(default="Fisher z", init=False)

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_correlation.correlation_power`."""
        return correlation_power(difference, n, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_correlation.correlation_n`."""
        return correlation_n(difference, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest correlation."""
        return _smallest(partial(self.power_at, n), power, 1 - _PRECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCorrelated:
    """Two correlations with one target; the difference is that of the two as given."""

    two: TwoCorrelations
    level: float
    side: Sides = "two"
    method: str = field(default="Fisher z of dependent correlations (Steiger)", init=False)

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_correlation.two_correlations_power`."""
        moved = replace(self.two, second=self.two.first - difference)
        return two_correlations_power(moved, n, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_correlation.two_correlations_n`."""
        moved = replace(self.two, second=self.two.first - difference)
        return two_correlations_n(moved, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest fall from the first correlation, that of the two with each other fixed."""
        a, c = self.two.first, self.two.between
        end = a - (a * c - math.sqrt((1 - a * a) * (1 - c * c))) - _PRECISION
        return _smallest(partial(self.power_at, n), power, end)


def question_of(asked: PowerOptions) -> Question:
    """The comparison that a question without faults is about."""
    level, side = asked.error_level, asked.side
    if asked.correlation is not None:
        return _correlated(asked)
    if asked.rates:
        return Unpaired(rate=asked.rates[0], level=level, side=side)
    if asked.given & JUDGED:
        labels, judge = round(asked.labels or 0), asked.judge_correlation or 0.0
        return Labelled(sd=_spread(asked), labels=labels, correlation=judge, level=level, side=side)
    if asked.between is not None:
        return Miller(variance=_spread(asked) ** 2, level=level, side=side)
    if asked.sd is not None or asked.icc is not None:
        return Means(design=design_of(asked), level=level, side=side)
    return Paired(discordance=asked.discordance or 0.0, level=level, side=side)


def _correlated(asked: PowerOptions) -> Question:
    level, side = asked.error_level, asked.side
    if asked.correlation is None or asked.against is None or asked.between_them is None:
        return Correlated(level=level, side=side)
    two = TwoCorrelations(asked.correlation, asked.against, asked.between_them)
    return TwoCorrelated(two=two, level=level, side=side)


def design_of(asked: PowerOptions) -> MeanDesign:
    """How units of a mean difference come."""
    clusters = None if asked.clusters is None else round(asked.clusters)
    size = asked.cluster_size or (1.0 if clusters is None else None)
    if size is not None:
        clusters = None
    return MeanDesign(
        sd=_spread(asked),
        icc=asked.icc or 0.0,
        size=size,
        clusters=clusters,
        pairs=not asked.unpaired,
    )


def _spread(asked: PowerOptions) -> float:
    """The standard deviation of one example's difference."""
    if asked.sd is not None:
        return asked.sd
    if asked.between is not None:
        return math.sqrt(asked.between + 2 * (asked.within or 0.0) / (asked.repeats or 1))
    share, gap = asked.discordance or 0.0, asked.difference or 0.0
    return math.sqrt(max(share - gap**2, _PRECISION))


def _smallest(power_at: Callable[[float], float], power: float, end: float) -> float:
    """The smallest difference, of the sign of ``end``, that reaches the power."""
    if power_at(end) < power:
        raise InsufficientData(f"nothing is found with a power of {power:.0%}, however large")
    low, high = 0.0, end
    while abs(high - low) > _PRECISION * abs(end):
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high
