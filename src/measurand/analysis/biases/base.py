"""One measured bias, before it is held against the others of its audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.result import Result
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats import mean
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.first_slot import Flips
from measurand.stats.materiality import Materiality, materiality, share_materiality
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import t_quantile

__all__ = ["BIASES", "Bias", "Setting", "Unit", "mean_of", "span_of"]

BIASES: tuple[str, ...] = (
    *("verbosity", "position", "self-preference", "style", "anchor"),
    *("leniency", "clumping", "halo", "label-set", "level-order", "sentiment", "bandwagon"),
    *("authority", "refinement", "injection", "self-consistency"),
)
"""The names of verdicts, in the order in which they are told."""

_WIDEST = 2.0
"""Two correlations differ by no more."""

Unit = Literal["points", "share", "correlation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How biases are measured.

    Args:
        margin: How large an effect does not matter, in share of the scale (of pairs: of wins).
        level: The confidence level.
    """

    margin: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """One bias of one judge, by one design.

    Args:
        name: Which, of `BIASES`.
        design: By which design, as the name of a probe.
        judge: Whose.
        what: What was done and seen, as the beginning of a sentence about the effect.
        estimate: The effect.
        margin: How large an effect does not matter, in the unit of the estimate; None where it
            only informs.
        dimension: On which dimension; None for all of them together.
        mitigation: With which mitigations switched on.
        unit: The unit of the estimate.
        df: Degrees of freedom of the interval; by default n - 1.
        only_above: Whether only an effect above 0 is a bias.
        counts: Hits and trials, of a rate that is decided exactly.
        flips: How often single judgments differ, and how often by noise alone.
        more: Further numbers that belong to it, by their published names.
    """

    name: str
    design: str
    judge: str
    what: str
    estimate: Estimate
    margin: float | None
    dimension: str | None = None
    mitigation: str = ""
    unit: Unit = "points"
    df: float | None = None
    only_above: bool = False
    counts: tuple[int, int] | None = None
    flips: Flips | None = None
    more: tuple[tuple[str, Estimate], ...] = ()

    def materiality(self) -> Materiality | None:
        """The effect beside its margin; None where it only informs."""
        if self.margin is None:
            return None
        if self.counts is not None:
            hits, n = self.counts
            return share_materiality(hits, n, margin=self.margin, level=self.estimate.level)
        return materiality(
            self.estimate, margin=self.margin, df=self.df, only_above=self.only_above
        )

    def narrow(self) -> Estimate:
        """The estimate with the interval by which it is negligible: of level 1 - 2 alpha (TOST)."""
        found, level = self.estimate, 2 * self.estimate.level - 1
        if found.value is None or found.low is None or found.high is None or level <= 0:
            return found
        if self.counts is not None:
            return replace(clopper_pearson(*self.counts, level=level), reason=found.reason)
        df = self.df if self.df is not None else max(found.n - 1, 1)
        share = t_quantile((1 + level) / 2, df) / t_quantile((1 + found.level) / 2, df)
        low = found.value - share * (found.value - found.low)
        high = found.value + share * (found.high - found.value)
        return replace(found, level=level, low=low, high=high)

    def possible(self, estimate: Estimate) -> Estimate:
        """The estimate, its interval cut to what a difference of two correlations can be.

        What is decided rests on the whole interval, which tells the standard error.
        """
        value, low, high = estimate.value, estimate.low, estimate.high
        if self.unit != "correlation" or value is None or low is None or high is None:
            return estimate
        return replace(
            estimate, low=min(value, max(low, -_WIDEST)), high=max(value, min(high, _WIDEST))
        )

    def results(self) -> Iterator[Result]:
        """Everything that is published of it."""
        stamp = partial(
            Result,
            dimension=self.dimension,
            raters=(self.judge,),
            design=self.design,
            mitigation=self.mitigation or None,
        )
        yield stamp(name=self.name, estimate=self.possible(self.estimate))
        if self.flips is not None:
            yield stamp(name="flip_rate", estimate=self.flips.rate)
            yield stamp(name="noise_floor", estimate=self.flips.floor)
            yield stamp(name="flips_beyond_noise", estimate=self.flips.excess)
        for name, estimate in self.more:
            yield stamp(name=name, estimate=self.possible(estimate))


def span_of(scale: Scale) -> float | None:
    """How far apart the ends of a numeric scale are; None where it has none."""
    return scale.width if scale.numeric else None


def mean_of(
    values: Floats,
    clusters: Codes,
    *,
    bounds: tuple[float, float] | None,
    level: float,
) -> Estimate:
    """The mean of paired differences: t, clustered where examples share anything."""

    def compute() -> Estimate:
        if not len(values):
            raise InsufficientData("no output was judged both ways")
        alone = len(set(clusters.tolist())) == len(values)
        return mean.mean_of(values, None if alone else clusters, bounds=bounds, level=level)

    return attempt(compute, n=len(values), method="paired difference", level=level)
