"""What one may ask about sizes and power, and what of it contradicts itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Literal

from measurand.stats.estimate import LEVEL
from measurand.stats.power_parts import POWER, Sides

__all__ = ["JUDGED", "TABLE", "PowerKind", "PowerOptions", "kind_of", "option", "settled"]

PowerKind = Literal[
    "table", "paired", "unpaired", "graded", "blocking", "correlation", "labels", "split"
]

JUDGED = frozenset({"judge_correlation", "labels"})
"""What is told of a judge that people's labels correct."""
SIDES = frozenset({"power", "level", "side"})
"""What alone asks nothing yet."""
TABLE = SIDES | {"n", "comparisons"}
"""What alone asks for the table: of all sizes, or of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOptions:
    """A question about sizes: what is left out is found, what is given is taken as it is.

    Args:
        difference: The true difference: of success rates, of mean scores; with a margin it may
            be negative, and is 0 unless given.
        discordance: The share of examples on which two systems differ, on yes/no.
        n: Examples that both systems answer, examples of each system where they are unpaired,
            outputs that the judge scores, or units of a correlation.
        power: The probability with which the difference is to be found.
        level: One minus the error rate.
        side: Whether differences of either sign count as found, or only of the expected one.
        comparisons: How many are made in all; each is tested at a share of the error.
        unpaired: Whether every system has examples of its own.
        rates: The success rates of unpaired systems, one or two.
        graded: Whether scores are graded.
        sd: The standard deviation of an example's score difference; unpaired, of a score.
        between: The variance over examples of the difference of expected scores.
        within: The variance of one system's score on one example, over repeats.
        repeats: How often either system answers each example.
        icc: The share of the variance of differences that lies between clusters.
        cluster_size: Examples of each cluster.
        clusters: How many clusters there are.
        margin: How much worse is still no worse.
        blocking: The failure rate to prove; 0 where it is asked for.
        failures: That turn up in the examples.
        correlation: A correlation with a target.
        against: A second one with the same target, to be told apart from it.
        between_them: The correlation of the two with each other.
        judge_correlation: Of a judge with people.
        labels: Outputs that people label.
        effective: As how many labels without a judge they are to be worth.
        label_cost: US dollars for the label of an output.
        judge_cost: US dollars for the judgment of an output.
    """

    difference: float | None = None
    discordance: float | None = None
    n: float | None = None
    power: float | None = None
    level: float | None = None
    side: Sides = "two"
    comparisons: float | None = None
    unpaired: bool = False
    rates: tuple[float, ...] = ()
    graded: bool = False
    sd: float | None = None
    between: float | None = None
    within: float | None = None
    repeats: float | None = None
    icc: float | None = None
    cluster_size: float | None = None
    clusters: float | None = None
    margin: float | None = None
    blocking: float | None = None
    failures: float | None = None
    correlation: float | None = None
    against: float | None = None
    between_them: float | None = None
    judge_correlation: float | None = None
    labels: float | None = None
    effective: float | None = None
    label_cost: float | None = None
    judge_cost: float | None = None

    @property
    def wanted(self) -> float:
        """The power to reach."""
        return POWER if self.power is None else self.power

    @property
    def error_level(self) -> float:
        """The level of each of the comparisons: Bonferroni, and the first step of Holm."""
        level = LEVEL if self.level is None else self.level
        return 1 - (1 - level) / (self.comparisons or 1)

    @property
    def size(self) -> int | None:
        """Examples as a whole number."""
        return None if self.n is None else round(self.n)

    @property
    def given(self) -> frozenset[str]:
        """The names of what was given."""
        names = (f.name for f in fields(self))
        return frozenset(name for name in names if getattr(self, name) != _DEFAULTS[name])


_TWO = 2
_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {f.name: f.default for f in fields(PowerOptions)}
)


def settled(asked: PowerOptions) -> PowerOptions:
    """The same question with its number of examples, where clusters and their size say it."""
    clusters, size = asked.clusters or 0.0, asked.cluster_size or 0.0
    if asked.n is not None or not (_TWO <= clusters < math.inf and 1 <= size < math.inf):
        return asked
    return replace(asked, n=float(round(clusters * size)), cluster_size=None)


def option(name: str) -> str:
    """The name of a field as the command line has it."""
    return "--" + name.replace("_", "-")


def kind_of(asked: PowerOptions) -> PowerKind:
    """What a question is about, by what was given."""
    given = asked.given
    signs: tuple[tuple[bool, PowerKind], ...] = (
        (asked.blocking is not None, "blocking"),
        (asked.correlation is not None, "correlation"),
        (bool(given & {"graded", "sd", "between", "within"}), "graded"),
        (bool(given & {"unpaired", "rates"}), "unpaired"),
        (bool(given & {"effective", "label_cost", "judge_cost"}), "split"),
        (bool(given & JUDGED) and not given & {"difference", "discordance", "margin"}, "labels"),
        (bool(given - TABLE), "paired"),
    )
    return next((kind for sign, kind in signs if sign), "table")
