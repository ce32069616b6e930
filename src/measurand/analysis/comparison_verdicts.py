"""From differences to decisions: better, equivalent, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from measurand.analysis.matrix import Floats, all_yes_no
from measurand.analysis.measure import NOTHING_TO_WEIGH, OVERALL, Measure, as_naive, on_scale
from measurand.analysis.result import Result, Verdict
from measurand.core.scale import UNIT
from measurand.errors import InsufficientData
from measurand.stats.detectable import detectable_mean, detectable_proportion
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import clustered_mean, mean_p, mean_t
from measurand.stats.multiple import holm
from measurand.stats.paired import mcnemar, paired_proportion
from measurand.stats.proportion import wilson

__all__ = ["Pair", "pair_verdicts"]

_FEWEST = 2
_LEAST_SHARED = 0.5
"""Overall scores that share less of the weight than this are about different things."""


class Pair:
    """Two systems on one dimension, or overall, on the examples that both were rated on.

    Args:
        measure: The scores, and how uncertainty is expressed.
        first: The index of system a; differences are a minus b.
        second: The index of system b.
        dimension: The index of a dimension; None means the weighted score.
        margin: Differences smaller than this, on the unit interval, do not matter.
    """

    def __init__(
        self, measure: Measure, first: int, second: int, *, dimension: int | None, margin: float
    ) -> None:
        scores = measure.scores
        self.measure = measure
        self.systems = (scores.systems[first], scores.systems[second])
        self.margin = margin
        self.shared = 1.0 if dimension is not None else _shared_weight(measure, first, second)
        if dimension is None:
            self.name, self.scale = OVERALL, UNIT
            values = scores.paired(first, second)
            arms = np.stack([values, np.zeros_like(values)])
        else:
            self.name = scores.dimensions[dimension].name
            self.scale = scores.dimensions[dimension].scale
            arms = scores.values[:, [first, second], dimension].T
        given = ~np.isnan(arms).any(axis=0)
        self.first: Floats = arms[0, given]
        self.second: Floats = arms[1, given]
        self.binary = all_yes_no(arms[:, given], self.scale)
        self.clusters = scores.clusters[given] if scores.clustered else None
        self.blocked: Floats = scores.blocked[:, [first, second]]

    @property
    def values(self) -> Floats:
        """The difference on each example, a minus b."""
        return self.first - self.second

    def difference(self, level: float, *, naive: bool = False) -> Estimate:
        """The mean difference: Tango for yes/no, t for grades, CR1 where examples are clustered."""
        if (reason := self._too_few()) is not None:
            n = len(self.first)
            return Estimate.absent(reason, n=n, method="paired difference", level=level)
        clusters = None if naive else self.clusters
        bounds = (-1.0, 1.0) if self.scale.bounded else None
        if clusters is not None:
            compute = partial(clustered_mean, self.values, clusters, bounds=bounds, level=level)
        elif self.binary:
            compute = partial(paired_proportion, self.first, self.second, level=level)
        else:
            compute = partial(mean_t, self.values, bounds=bounds, level=level)
        return attempt(compute, n=len(self.first), method="paired difference", level=level)

    def _too_few(self) -> str | None:
        """Why nothing can be compared, in words about examples; None where something can be."""
        scores, (a, b) = self.measure.scores, self.systems
        if self.name == OVERALL and not any(d.scale.bounded for d in scores.dimensions):
            return NOTHING_TO_WEIGH
        if len(self.first) < _FEWEST:
            shared = f"{len(self.first)} example" + ("s" if len(self.first) != 1 else "")
            return f"{a} and {b} share {shared} with a score; a comparison needs at least {_FEWEST}"
        return None

    def p_value(self) -> float:
        """Two-sided, of no difference; 1 where there is nothing to test."""
        if self.binary and self.clusters is None:
            ahead, behind = np.count_nonzero(self.values > 0), np.count_nonzero(self.values < 0)
            return mcnemar(int(ahead), int(behind))
        try:
            return mean_p(self.values, clusters=self.clusters)
        except InsufficientData:
            return self._flip_p()

    def _flip_p(self) -> float:
        """Where all differ alike there is no spread to test by, but all have the same sign.

        The exact p-value of the sign-flip test: two in 2 to the power of units (or clusters).
        """
        if not len(self.values) or not np.all(self.values == self.values[0]) or not self.values[0]:
            return 1.0
        units = len(self.values) if self.clusters is None else len(np.unique(self.clusters))
        return float(2.0 ** (1 - units))

    def results(self) -> Iterator[Result]:
        """The difference, how often the two differ, and what this n could have shown."""
        stamp = partial(Result, dimension=self.name, systems=self.systems)
        yield stamp(name="difference", estimate=self.told(self._headline()))
        if self.clusters is not None:
            naive = self.told(self.difference(self.measure.level, naive=True))
            yield stamp(name="difference", estimate=as_naive(naive))
        if self.binary and len(self.first):
            differing = int(np.count_nonzero(self.values))
            share = wilson(differing, len(self.first), level=self.measure.level)
            yield stamp(name="discordance", estimate=share)
        yield stamp(name="minimum_detectable_difference", estimate=self.told(self._detectable()))

    def _headline(self) -> Estimate:
        """Overall by bootstrap; dimensions, and differences without any spread, by formula."""
        if self.name == OVERALL:
            estimate = self.measure.mean_by_bootstrap(self.values, clusters=self.clusters)
            if estimate.present:
                return estimate
        return self.difference(self.measure.level)

    def told(self, estimate: Estimate) -> Estimate:
        """An estimate on the unit interval, in the units that readers know."""
        return estimate if self.name == OVERALL else on_scale(estimate, self.scale, difference=True)

    def _detectable(self) -> Estimate:
        level, n = self.measure.level, len(self.values)
        absent = partial(Estimate.absent, n=n, method="80 % power", level=level)
        if (reason := self._too_few()) is not None:
            return absent(reason)
        if self.binary and self.clusters is None:
            compute = partial(detectable_proportion, self.first, self.second, level=level)
        else:
            compute = partial(detectable_mean, self.values, clusters=self.clusters, level=level)
        found = attempt(compute, n=n, method="80 % power", level=level)
        if self.scale.bounded and found.value is not None and found.value > 1:
            return absent(
                f"{n} examples are too few to detect even the largest difference there is"
            )
        return found

    def verdict(
        self, adjusted: float, *, level: float, family: int, failing: frozenset[str]
    ) -> Verdict:
        """Decide, after the adjustment for the number of pairs.

        The verdict carries the estimate it was decided by: the formula's, where the published
        overall difference is the bootstrap's.

        Args:
            adjusted: The adjusted p-value of this difference.
            level: The confidence level; the error rate is one minus it.
            family: The number of pairs; equivalence is tested at the error rate over it.
            failing: Systems whose blocking rate is too high; none of them wins overall.
        """
        alpha = 1 - level
        estimate = self.difference(level)
        outcome, reason = self._decide(estimate, adjusted, alpha=alpha, family=family)
        if self.name == OVERALL and outcome in {"a better", "b better"}:
            outcome, reason = self._unless_blocked(outcome, reason, failing)
        equivalent = outcome == "equivalent within margin"
        if equivalent:
            estimate = self.difference(1 - 2 * alpha / family)
        return Verdict(
            name=OVERALL if self.name == OVERALL else "difference",
            outcome=outcome,
            reason=reason if self.name == OVERALL else f"{self.name}: {reason}",
            estimate=self.told(estimate),
            bound=self._in_units(self.margin) if equivalent else 0.0,
            dimension=self.name,
            systems=self.systems,
        )

    def _decide(
        self, estimate: Estimate, adjusted: float, *, alpha: float, family: int
    ) -> tuple[str, str]:
        a, b = self.systems
        if estimate.value is None:
            return "inconclusive", estimate.reason or f"{a} and {b} cannot be compared"
        if self.shared < _LEAST_SHARED:
            return "inconclusive", (
                f"{a} and {b} share ratings on dimensions of only {self.shared:.0%} of the weight"
            )
        equivalent = self._equivalent(alpha / family)
        if adjusted < alpha:
            better, worse = (a, b) if estimate.value > 0 else (b, a)
            note = f", but by less than the margin of {self.margin:g}" if equivalent else ""
            outcome = "a better" if estimate.value > 0 else "b better"
            return outcome, f"{better} is better than {worse}{note}"
        if equivalent:
            shown = f"{a} and {b} differ by less than {self.margin:g} of the scale"
            return "equivalent within margin", shown
        pairs = f" (p = {adjusted:.2g}, adjusted for {family} pairs)" if family > 1 else ""
        return "inconclusive", f"{a} and {b} cannot be told apart{pairs}"

    def _in_units(self, share: float) -> float:
        """A share of the scale, in the units in which the estimate is told."""
        low, high = self.scale.low, self.scale.high
        return share if low is None or high is None else share * (high - low)

    def _equivalent(self, alpha: float) -> bool:
        """Two one-sided tests at ``alpha``: the 1 - 2 alpha interval lies within the margin."""
        if not (self.scale.bounded and self.margin > 0):
            return False
        estimate = self.difference(1 - 2 * alpha)
        if estimate.low is None or estimate.high is None:
            return False
        return -self.margin < estimate.low and estimate.high < self.margin

    def _unless_blocked(
        self, outcome: str, reason: str, failing: frozenset[str]
    ) -> tuple[str, str]:
        """A better score does not outweigh being blocked too often, or more often."""
        winner = self.systems[0] if outcome == "a better" else self.systems[1]
        if winner in failing:
            caveat = f"but {winner} is blocked too often; blocking is never averaged away"
            return "inconclusive", f"{reason} among outputs that are not blocked, {caveat}"
        flags = self.blocked[~np.isnan(self.blocked).any(axis=1)]
        if not len(flags):
            return outcome, reason
        winners, losers = flags.T if outcome == "a better" else flags.T[::-1]
        excess = paired_proportion(winners, losers, level=self.measure.level)
        if excess.low is not None and excess.low > 0:
            caveat = f"but {winner} is blocked more often; blocking is never averaged away"
            return "inconclusive", f"{reason} among outputs that are not blocked, {caveat}"
        return outcome, reason


def pair_verdicts(
    pairs: Sequence[Pair], *, level: float, failing: frozenset[str] = frozenset()
) -> tuple[Verdict, ...]:
    """The verdict of every pair: overall first; Holm over the pairs, in each dimension anew."""
    verdicts: list[Verdict] = []
    for name in dict.fromkeys(pair.name for pair in pairs):
        family = [pair for pair in pairs if pair.name == name]
        adjusted = holm(np.asarray([pair.p_value() for pair in family]))
        verdicts += [
            pair.verdict(float(p), level=level, family=len(family), failing=failing)
            for pair, p in zip(family, adjusted, strict=True)
        ]
    return tuple(verdicts)


def _shared_weight(measure: Measure, first: int, second: int) -> float:
    """The mean share of the weight that lies on dimensions on which both outputs were rated."""
    scores = measure.scores
    shared = ~np.isnan(scores.values[:, first]) & ~np.isnan(scores.values[:, second])
    weight = (scores.weights * shared).sum(axis=1)
    compared = weight > 0
    return float(weight[compared].mean()) if compared.any() else 0.0
