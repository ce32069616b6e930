"""From differences to decisions: better, equivalent, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from measurand.analysis.matrix import Floats
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

__all__ = ["Pair", "blocking_verdicts", "pair_verdicts"]

_FEWEST = 2


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
        elif self.scale.binary:
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
        if self.scale.binary and self.clusters is None:
            ahead, behind = np.count_nonzero(self.values > 0), np.count_nonzero(self.values < 0)
            return mcnemar(int(ahead), int(behind))
        try:
            return mean_p(self.values, clusters=self.clusters)
        except InsufficientData:
            return 1.0

    def results(self) -> Iterator[Result]:
        """The difference, how often the two differ, and what this n could have shown."""
        stamp = partial(Result, dimension=self.name, systems=self.systems)
        yield stamp(name="difference", estimate=self._told(self._headline()))
        if self.clusters is not None:
            naive = self._told(self.difference(self.measure.level, naive=True))
            yield stamp(name="difference", estimate=as_naive(naive))
        if self.scale.binary and len(self.first):
            differing = int(np.count_nonzero(self.values))
            share = wilson(differing, len(self.first), level=self.measure.level)
            yield stamp(name="discordance", estimate=share)
        yield stamp(name="minimum_detectable_difference", estimate=self._told(self._detectable()))

    def _headline(self) -> Estimate:
        """Overall by bootstrap; dimensions, and differences without any spread, by formula."""
        if self.name == OVERALL:
            estimate = self.measure.mean_by_bootstrap(self.values, clusters=self.clusters)
            if estimate.present:
                return estimate
        return self.difference(self.measure.level)

    def _told(self, estimate: Estimate) -> Estimate:
        return estimate if self.name == OVERALL else on_scale(estimate, self.scale, difference=True)

    def _detectable(self) -> Estimate:
        level, n = self.measure.level, len(self.values)
        absent = partial(Estimate.absent, n=n, method="80 % power", level=level)
        if (reason := self._too_few()) is not None:
            return absent(reason)
        if self.scale.binary and self.clusters is None:
            compute = partial(detectable_proportion, self.first, self.second, level=level)
        else:
            compute = partial(detectable_mean, self.values, clusters=self.clusters, level=level)
        found = attempt(compute, n=n, method="80 % power", level=level)
        if self.scale.bounded and found.value is not None and found.value > 1:
            return absent(
                f"{n} examples are too few to detect even the largest difference there is"
            )
        return found

    def verdict(self, adjusted: float, *, level: float, family: int) -> Verdict:
        """Decide, after the adjustment for the number of comparisons.

        Args:
            adjusted: The adjusted p-value of this difference.
            level: The confidence level; the error rate is one minus it.
            family: The number of comparisons; equivalence is tested at the error rate over it.
        """
        a, b = self.systems
        estimate, alpha = self.difference(level), 1 - level
        outcome, reason = "inconclusive", estimate.reason or f"{a} and {b} cannot be told apart"
        if estimate.value is not None and family > 1:
            reason += f" (p = {adjusted:.2g}, adjusted for {family} comparisons)"
        if estimate.value is not None and adjusted < alpha:
            better, worse = (a, b) if estimate.value > 0 else (b, a)
            outcome = "a better" if estimate.value > 0 else "b better"
            reason = f"{better} is better than {worse}"
        elif estimate.value is not None and self._equivalent(alpha / family):
            outcome = "equivalent within margin"
            reason = f"{a} and {b} differ by less than {self.margin:g} of the scale"
        if self.name == OVERALL and outcome in {"a better", "b better"}:
            outcome, reason = self._unless_blocked(outcome, reason)
        return Verdict(
            name="overall" if self.name == OVERALL else "difference",
            outcome=outcome,
            reason=reason if self.name == OVERALL else f"{self.name}: {reason}",
            estimate=self._told(self._headline()),
            bound=self.margin if outcome == "equivalent within margin" else 0.0,
            dimension=self.name,
            systems=self.systems,
        )

    def _equivalent(self, alpha: float) -> bool:
        """Two one-sided tests at ``alpha``: the 1 - 2 alpha interval lies within the margin."""
        if not (self.scale.bounded and self.margin > 0):
            return False
        estimate = self.difference(1 - 2 * alpha)
        if estimate.low is None or estimate.high is None:
            return False
        return -self.margin < estimate.low and estimate.high < self.margin

    def _unless_blocked(self, outcome: str, reason: str) -> tuple[str, str]:
        """A better score does not outweigh being blocked more often."""
        winner = self.systems[0] if outcome == "a better" else self.systems[1]
        flags = self.blocked[~np.isnan(self.blocked).any(axis=1)]
        if not len(flags):
            return outcome, reason
        winners, losers = flags.T if outcome == "a better" else flags.T[::-1]
        excess = paired_proportion(winners, losers, level=self.measure.level)
        if excess.low is not None and excess.low > 0:
            caveat = f"but {winner} is blocked more often; blocking is never averaged away"
            return "inconclusive", f"{reason} among outputs that are not blocked, {caveat}"
        return outcome, reason


def pair_verdicts(pairs: Sequence[Pair], *, level: float) -> tuple[Verdict, ...]:
    """The verdict of every pair: overall first, each dimension a family of its own (Holm)."""
    verdicts: list[Verdict] = []
    for name in dict.fromkeys(pair.name for pair in pairs):
        family = [pair for pair in pairs if pair.name == name]
        adjusted = holm(np.asarray([pair.p_value() for pair in family]))
        verdicts += [
            pair.verdict(float(p), level=level, family=len(family))
            for pair, p in zip(family, adjusted, strict=True)
        ]
    return tuple(verdicts)


def blocking_verdicts(rates: Sequence[Result], bound: float) -> Iterator[Verdict]:
    """Is each system's blocking rate acceptable, by its whole interval?"""
    for rate in rates:
        if rate.name != "blocking_rate":
            continue
        estimate, system = rate.estimate, rate.systems[0]
        if estimate.value is None or estimate.high is None:
            outcome, reason = "inconclusive", estimate.reason or "no blocking dimension was rated"
        elif estimate.high <= bound:
            outcome = "pass"
            reason = f"at most {estimate.high:.1%} of {system}'s outputs are blocked"
        elif estimate.value > bound:
            outcome = "fail"
            reason = f"{estimate.value:.1%} of {system}'s outputs are blocked; allowed: {bound:.1%}"
        else:
            outcome = "inconclusive"
            reason = (
                f"{estimate.value:.1%} of {system}'s {estimate.n} outputs are blocked, and up to "
                f"{estimate.high:.1%} may be; allowed: {bound:.1%}"
            )
        yield Verdict(
            name="blocking",
            outcome=outcome,
            reason=reason,
            estimate=estimate,
            bound=bound,
            dimension=rate.dimension,
            systems=rate.systems,
        )
