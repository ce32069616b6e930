"""The comparisons whose power is foretold, each with the same three questions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from measurand.analysis.power_options import JUDGED, PowerOptions
from measurand.analysis.power_shares import Paired, PairedInClusters, Unpaired, smallest
from measurand.errors import InsufficientData
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
from measurand.stats.power_parts import MOST, Sides, percent, sided_level
from measurand.stats.ppi import effective_n
from measurand.stats.precision import least_number
from measurand.stats.quantiles import normal_quantile

__all__ = [
    "Correlated",
    "Labelled",
    "Means",
    "Miller",
    "Question",
    "TwoCorrelated",
    "design_of",
    "question_of",
]

_PRECISION = 1e-9


class Question(Protocol):
    """A comparison: its power, the examples it takes, and what so many detect."""

    def method_at(self, n: float) -> str:
        """By which test, and how the power of so many examples is computed."""

    def power_at(self, n: int, difference: float) -> float:
        """The probability that ``n`` examples find the difference."""

    def needed(self, difference: float, power: float) -> int:
        """The examples that find it so often."""

    def detectable(self, n: int, power: float) -> float:
        """The smallest difference that ``n`` examples find so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Mean scores, of clusters where there are any: the t test."""

    design: MeanDesign
    level: float
    side: Sides = "two"

    def method_at(self, _: float) -> str:
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

    def method_at(self, _: float) -> str:
        """Whatever their number."""
        return "normal, Miller 2024"

    def power_at(self, n: int, difference: float) -> float:
        """Of the z test."""
        return normal_power(difference / math.sqrt(self.variance / n), self.level, self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power.questions_needed`."""
        found = (self._reach(power) / difference) ** 2 * self.variance
        if found > MOST:
            raise InsufficientData(f"more than {MOST:,} questions would be needed")
        return max(1, math.ceil(found))

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

    def method_at(self, _: float) -> str:
        """Whatever their number."""
        return "prediction-powered, t(labels - 1)"

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

        found = least_number(short, -power, least=self.labels, most=MOST)
        if found is None:
            raise InsufficientData(
                f"{self.labels} labels and a judge that correlates by {self.correlation:g} with "
                f"people do not find {difference:g} with a power of {percent(power)}, however many "
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

    def method_at(self, _: float) -> str:
        """Whatever their number."""
        return "Fisher z"

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_correlation.correlation_power`."""
        return correlation_power(difference, n, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_correlation.correlation_n`."""
        return correlation_n(difference, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest correlation."""
        return smallest(partial(self.power_at, n), power, 1 - _PRECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCorrelated:
    """Two correlations with one target; the difference is that of the two as given."""

    two: TwoCorrelations
    level: float
    side: Sides = "two"

    def method_at(self, _: float) -> str:
        """Whatever their number."""
        return "Fisher z of dependent correlations (Steiger)"

    def power_at(self, n: int, difference: float) -> float:
        """As `measurand.stats.power_correlation.two_correlations_power`."""
        moved = replace(self.two, second=self.two.first - difference)
        return two_correlations_power(moved, n, level=self.level, side=self.side)

    def needed(self, difference: float, power: float) -> int:
        """As `measurand.stats.power_correlation.two_correlations_n`."""
        moved = replace(self.two, second=self.two.first - difference)
        return two_correlations_n(moved, power=power, level=self.level, side=self.side)

    def detectable(self, n: int, power: float) -> float:
        """The smallest step from the first correlation towards the second.

        The correlation of the two with each other stays what it is.
        """
        a, c = self.two.first, self.two.between
        way = 1 if self.two.second < a else -1
        end = a - a * c + way * (math.sqrt((1 - a * a) * (1 - c * c)) - _PRECISION)
        return smallest(partial(self.power_at, n), power, end)


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
    if asked.sd is None and asked.between is None:
        return _of_shares(asked)
    if asked.between is not None and asked.icc is None:
        return Miller(variance=_spread(asked) ** 2, level=level, side=side)
    return Means(design=design_of(asked), level=level, side=side)


def _of_shares(asked: PowerOptions) -> Question:
    plain = Paired(discordance=asked.discordance or 0.0, level=asked.error_level, side=asked.side)
    if asked.icc is None:
        return plain
    design = design_of(asked)
    return PairedInClusters(plain=plain, icc=design.icc, size=design.size, clusters=design.clusters)


def _correlated(asked: PowerOptions) -> Question:
    level, side = asked.error_level, asked.side
    if asked.correlation is None or asked.against is None or asked.between_them is None:
        return Correlated(level=level, side=side)
    two = TwoCorrelations(asked.correlation, asked.against, asked.between_them)
    return TwoCorrelated(two=two, level=level, side=side)


def design_of(asked: PowerOptions) -> MeanDesign:
    """How units of a mean difference come."""
    clusters = None if asked.clusters is None else round(asked.clusters)
    size = (asked.cluster_size or 1.0) if clusters is None else None
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
