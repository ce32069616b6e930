"""What given sizes can detect, from what was measured or under assumptions named as such."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from measurand.analysis.power_questions import Means, Question
from measurand.analysis.power_shares import Paired, PairedInClusters, Unpaired
from measurand.analysis.rating_widths import ASSUMED, Three
from measurand.analysis.result import Result
from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.power_means import MeanDesign
from measurand.stats.power_parts import POWER, Sides
from measurand.stats.proportion import clopper_pearson

__all__ = [
    "FIVE",
    "GUIDE_SIZES",
    "ICC",
    "SPREAD",
    "USUAL",
    "Case",
    "Clusters",
    "Sought",
    "assumed_pairs",
    "assumed_scores",
    "assumed_unpaired",
    "clustered",
    "detectable",
    "held_below",
]

GUIDE_SIZES: Mapping[str, int] = {
    "core": 200,
    "edge": 100,
    "adversarial": 50,
    "regression": 50,
    "golden": 30,
}
"""The least sizes of the five components by the guide, 430 in all."""

DISCORDANCES = (0.10, 0.14, 0.20, 0.30)
"""On how many examples two systems differ, where that is not known."""
RATES = (0.80, 0.90)
SPREADS = (0.2, 0.3, 0.4)
"""The standard deviation of an example's score difference, as a share of the scale."""
FIVE = 0.05
"""The difference that is asked after, where none is named: 5 points of the scale."""
USUAL, SPREAD = 0.14, 0.3
"""Of these shares and spreads the usual one."""
ICC = (0.1, 0.2, 0.3)
"""How alike examples of one cluster are, where that is not known: low, usual, high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """With which certainty something is to be found.

    Args:
        power: The probability of finding it.
        level: One minus the error rate.
        side: Whether only the expected sign counts as found.
    """

    power: float = POWER
    level: float = LEVEL
    side: Sides = "two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """How examples share documents or conversations.

    Args:
        size: Examples of a cluster, on average over clusters; their number follows from it.
        felt: Examples of the cluster that an example is in, on average over examples: the sum of
            squared sizes over the sum. It is larger where clusters are unequal, and is what
            clustering costs by.
    """

    size: float = 1.0
    felt: float = 1.0

    @classmethod
    def of(cls, sizes: Sequence[int]) -> Clusters:
        """Of clusters of such sizes; of none where there are no examples."""
        total = sum(sizes)
        if not total:
            return cls()
        return cls(size=total / len(sizes), felt=sum(size**2 for size in sizes) / total)

    def __bool__(self) -> bool:
        return self.size > 1

    def of_scores(self, sd: float, icc: float, sought: Sought) -> Question:
        """The t test of differences that spread so."""
        design = MeanDesign(sd=sd, icc=icc, size=self.size, felt=max(self.felt, self.size))
        return Means(design=design, level=sought.level, side=sought.side)

    def of_shares(self, plain: Paired, icc: float) -> Question:
        """The same of yes and no."""
        felt = max(self.felt, self.size)
        return PairedInClusters(plain=plain, icc=icc, size=self.size, felt=felt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A comparison that is to be made, and the one quantity on which its power rests.

    Args:
        design: What is compared how, in a few words.
        ask: From that quantity to the comparison.
        at: Its low, usual and high value.
        n: Units that it was measured on; 0 where it is assumed.
        dimension: On which dimension.
        systems: Of which two systems it was measured.
    """

    design: str
    ask: Callable[[float], Question]
    at: Three
    n: int = 0
    dimension: str | None = None
    systems: tuple[str, ...] = ()


def detectable(case: Case, n: int, *, sought: Sought, component: str | None = None) -> Result:
    """``detectable``: the smallest difference that ``n`` examples find with the wanted power.

    Its interval is what the uncertain quantity leaves open.

    Args:
        case: The comparison.
        n: Examples.
        sought: With which certainty.
        component: Of which component; None means all of the set.
    """
    question = case.ask(case.at[1])
    told = f"from {case.n:,} measured" if case.n else ASSUMED
    method = f"{question.method_at(n)}; {told}"
    compute = partial(_estimate, case, n, sought, method=method)
    return Result(
        name="detectable",
        estimate=attempt(compute, n=n, method=method, level=sought.level),
        dimension=case.dimension,
        systems=case.systems,
        component=component,
        design=case.design,
    )


def held_below(n: int, component: str | None, sought: Sought) -> Result:
    """``blocking_bound``: the failure rate that ``n`` examples without any failure rule out."""
    compute = partial(clopper_pearson, 0, n, level=sought.level, side="upper")
    estimate = attempt(compute, n=n, method="Clopper-Pearson, upper bound", level=sought.level)
    return Result(name="blocking_bound", estimate=estimate, component=component)


def assumed_pairs(sought: Sought) -> Iterator[Case]:
    """Yes/no, both systems on the same examples."""
    for share in DISCORDANCES:
        yield Case(
            design=f"yes/no, paired, differ on {share:.0%}",
            ask=lambda x: Paired(discordance=x, level=sought.level, side=sought.side),
            at=(share, share, share),
        )


def assumed_unpaired(sought: Sought) -> Iterator[Case]:
    """Yes/no, every system on examples of its own, as many each."""
    for rate in RATES:
        yield Case(
            design=f"yes/no, unpaired, from {rate:.0%}",
            ask=lambda x: Unpaired(rate=x, level=sought.level, side=sought.side),
            at=(rate, rate, rate),
        )


def assumed_scores(sought: Sought) -> Iterator[Case]:
    """Graded, both systems on the same examples, as a share of the scale."""
    for spread in SPREADS:
        yield Case(
            design=f"graded, paired, differences spread by {spread:.0%}",
            ask=lambda x: Means(design=MeanDesign(sd=x), level=sought.level, side=sought.side),
            at=(spread, spread, spread),
        )


def clustered(case: Case, clusters: Clusters, ask: Callable[[float], Question]) -> Case:
    """The same in clusters, by how alike their examples are assumed to be."""
    return Case(
        design=f"{case.design}, clusters of {clusters.felt:.3g}",
        ask=ask,
        at=ICC,
        dimension=case.dimension,
        systems=case.systems,
    )


def _estimate(case: Case, n: int, sought: Sought, *, method: str) -> Estimate:
    value = _at(case, case.at[1], n, power=sought.power)
    ends, reason = [value], None
    for end in (case.at[0], case.at[2]):
        try:
            ends.append(_at(case, end, n, power=sought.power))
        except InsufficientData:
            ends.append(1.0)
            reason = "at an end of what may be so, no difference within the scale is found"
    return Estimate(
        value=value,
        low=min(ends),
        high=max(ends),
        level=sought.level,
        n=n,
        method=method,
        reason=reason,
    )


def _at(case: Case, quantity: float, n: int, *, power: float) -> float:
    try:
        found = math.fabs(case.ask(quantity).detectable(n, power))
    except UsageError as problem:
        raise InsufficientData(str(problem)) from None
    if found > 1:
        raise InsufficientData(f"with {n:,} examples no difference within the scale is found")
    return found
