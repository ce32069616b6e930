"""How far two systems differ from example to example, as rated so far: what power rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from scipy import special

from measurand.analysis.detect import ICC, Case, Clusters, Sought
from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.power_questions import Labelled, Means, Question
from measurand.analysis.power_shares import Paired, Unpaired
from measurand.analysis.rating_widths import Three
from measurand.analysis.score import Scores
from measurand.core.scale import UNIT, Scale
from measurand.stats.estimate import attempt
from measurand.stats.icc import icc
from measurand.stats.power_means import MeanDesign
from measurand.stats.proportion import wilson

__all__ = ["OVERALL", "Calibrated", "Measured", "measured_differences"]

OVERALL = "overall"
_FEWEST = 5
"""Examples rated for both systems, below which assumptions tell more."""
_CORE = 20
"""Rated examples of core from which on they alone are measured on."""
_TINY = 1e-9
_LEAST_CLUSTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What a calibration says of a judge on one dimension.

    Args:
        judge: Its name.
        correlation: With people, on locked outputs: low, usual, high.
        reliability: Of one call; None where it is not known.
        n: Locked outputs.
    """

    judge: str
    correlation: Three
    reliability: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The differences of two systems on one dimension, example by example, on the unit interval.

    Args:
        dimension: On which, or ``"overall"``.
        systems: Which two.
        values: The first minus the second, shape (n,).
        baseline: The second's scores, shape (n,).
        clusters: The cluster of each example.
        yes_no: Whether all scores are yes or no.
        judged: Whether a judge gave them.
        where: On which examples, in a word.
    """

    dimension: str
    systems: tuple[str, str]
    values: Floats = field(repr=False)
    baseline: Floats = field(repr=False)
    clusters: Codes = field(repr=False)
    yes_no: bool
    judged: bool
    where: str

    @property
    def n(self) -> int:
        """Examples."""
        return len(self.values)

    @property
    def sd(self) -> float:
        """Of the differences."""
        return float(self.values.std(ddof=1))

    def alike(self) -> Three | None:
        """How alike differences of one cluster are; None where no two share one."""
        groups = [self.values[self.clusters == code] for code in np.unique(self.clusters)]
        shared = [group for group in groups if len(group) > 1]
        if len(shared) < _LEAST_CLUSTERS:
            return None
        table = np.full((len(shared), max(map(len, shared))), np.nan)
        for row, group in zip(table, shared, strict=True):
            row[: len(group)] = group
        found = attempt(partial(icc, table, form="1"), n=self.n, method="ICC(1,1)")
        if found.value is None or found.low is None or found.high is None:
            return None
        low, value, high = (min(max(x, 0.0), 1.0) for x in (found.low, found.value, found.high))
        return low, value, high

    def cases(
        self,
        sought: Sought,
        *,
        clusters: Clusters | None = None,
        calibrated: Calibrated | None = None,
        labels: int | None = None,
    ) -> Iterator[Case]:
        """The comparisons that may be made of these two, by design.

        Args:
            sought: With which certainty.
            clusters: How examples of the evaluation set come in clusters; by default in none.
            calibrated: What is known of the judge that scores them.
            labels: Outputs of each system that people label, where those are a part.
        """
        make = partial(Case, n=self.n, dimension=self.dimension, systems=self.systems)
        level, side = sought.level, sought.side
        if self.yes_no:
            yield make(
                design=f"paired, differ on {np.mean(self.values != 0):.0%}",
                ask=lambda x: Paired(discordance=x, level=level, side=side, rising=True),
                at=self._discordance(sought),
            )
            yield make(
                design="unpaired",
                ask=lambda x: Unpaired(rate=x, level=level, side=side),
                at=self._rate(sought),
            )
        elif self.sd > _TINY:
            yield make(design="paired", ask=partial(_means, sought=sought), at=self._spread(sought))
            alone = float(self.baseline.std(ddof=1))
            if alone > _TINY:  # else what would differ is not known
                yield make(
                    design="unpaired",
                    ask=partial(_means, sought=sought, pairs=False),
                    at=_uncertain(alone, self.n, sought.level),
                )
        if self.sd <= _TINY:
            return
        if clusters:
            yield self._clustered(make, clusters, sought=sought)
        if calibrated is not None and labels is not None and self.judged:
            yield make(
                design=f"paired, judge corrected by {labels:,} labels",
                ask=lambda r: Labelled(
                    sd=self.sd, labels=labels, correlation=r, level=level, side=side
                ),
                at=calibrated.correlation,
                n=calibrated.n,
            )

    def _clustered(self, make: partial[Case], clusters: Clusters, *, sought: Sought) -> Case:
        alike = self.alike()
        share = float(np.mean(self.values != 0))
        plain = Paired(discordance=share, level=sought.level, side=sought.side, rising=True)
        ask = partial(clusters.of_shares, plain)
        if not self.yes_no:
            ask = partial(clusters.of_scores, self.sd, sought=sought)
        case = make(design=f"paired, in clusters of {clusters.felt:.3g}", ask=ask, at=alike or ICC)
        return case if alike else replace(case, n=0)

    def _discordance(self, sought: Sought) -> Three:
        found = wilson(int(np.count_nonzero(self.values)), self.n, level=sought.level)
        high = found.high or 1.0
        return found.low or _TINY, found.value or high, high

    def _rate(self, sought: Sought) -> Three:
        found = wilson(round(float(self.baseline.sum())), self.n, level=sought.level)
        return found.low or 0.0, found.value or 0.0, found.high or 1.0

    def _spread(self, sought: Sought) -> Three:
        return _uncertain(self.sd, self.n, sought.level)


def measured_differences(
    scores: Scores, *, baseline: str | None = None, most: int = 1
) -> tuple[Measured, ...]:
    """The differences to the baseline, by dimension, overall first.

    Where enough of core is rated, core alone: it is the sample of production.

    Args:
        scores: What every output scored.
        baseline: The system that the others are compared with; by default the first.
        most: Systems that are compared with it, the first ones.
    """
    if len(scores.systems) < 2:  # noqa: PLR2004 - two systems have a difference
        return ()
    base = scores.systems.index(baseline) if baseline in scores.systems else 0
    others = [i for i in range(len(scores.systems)) if i != base][:most]
    core = np.asarray([name == "core" for name in scores.components], dtype=bool)
    found: list[Measured] = []
    for place in range(-1, len(scores.dimensions)):
        for other in others:
            one = _measured(scores, place, (other, base), core=core)
            if one is not None:
                found.append(one)
    return tuple(found)


def _measured(scores: Scores, place: int, pair: tuple[int, int], *, core: Bools) -> Measured | None:
    first, second = pair
    if place < 0:
        name, scale, judged = OVERALL, UNIT, bool(scores.overall_judged[list(pair)].any())
        values, baseline = scores.paired(first, second), scores.overall[:, second]
    else:
        dimension = scores.dimensions[place]
        name, scale, judged = dimension.name, dimension.scale, bool(scores.judged[place])
        baseline = scores.values[:, second, place]
        values = scores.values[:, first, place] - baseline
        if not scale.bounded:
            return None
    given = ~np.isnan(values)
    where = "all"
    if np.count_nonzero(given & core) >= _CORE:
        given, where = given & core, "core"
    if np.count_nonzero(given) < _FEWEST:
        return None
    return Measured(
        dimension=name,
        systems=(scores.systems[first], scores.systems[second]),
        values=values[given],
        baseline=baseline[given],
        clusters=scores.clusters[given],
        yes_no=_binary(values[given], baseline[given], scale),
        judged=judged,
        where=where,
    )


def _binary(values: Floats, baseline: Floats, scale: Scale) -> bool:
    return all_yes_no(baseline, scale) and all_yes_no(values + baseline, scale)


def _means(sd: float, *, sought: Sought, pairs: bool = True) -> Question:
    design = MeanDesign(sd=sd, pairs=pairs)
    return Means(design=design, level=sought.level, side=sought.side)


def _uncertain(sd: float, n: int, level: float) -> Three:
    """A standard deviation with its chi-square interval."""
    free = max(n - 1, 1)
    low, high = (
        sd * math.sqrt(free / float(special.chdtri(free, tail)))
        for tail in ((1 - level) / 2, (1 + level) / 2)
    )
    return low, sd, high
