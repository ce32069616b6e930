"""From differences to decisions: better, equivalent, tied, not worse, or not known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.families import Decided
from measurand.analysis.measure import OVERALL
from measurand.analysis.pair import Pair, needed_reach
from measurand.analysis.result import Verdict
from measurand.figures.text import foretold
from measurand.stats.estimate import Estimate
from measurand.stats.paired import paired_proportion

__all__ = [
    "A_BETTER",
    "B_BETTER",
    "EQUIVALENT",
    "NOT_WORSE",
    "OPEN",
    "TIE",
    "Pair",
    "little_shared",
    "pair_verdicts",
]

A_BETTER, B_BETTER = "a better", "b better"
EQUIVALENT = "equivalent within margin"
TIE = "tie"
NOT_WORSE = "not worse"
OPEN = "inconclusive"

_LEAST_SHARED = 0.5
"""Overall scores that share less of the weight than this are about different things."""
_FAR = 1000
"""Beyond so many times the examples there are, a number of them would be no plan."""


def little_shared(pair: Pair) -> str | None:
    """Why nothing is decided of systems that were rated on other dimensions; None where alike."""
    if pair.shared >= _LEAST_SHARED:
        return None
    a, b = pair.systems
    return f"{a} and {b} share ratings on dimensions of only {pair.shared:.0%} of the weight"


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is decided of a pair, in which words, and what would decide what is open."""

    outcome: str
    reason: str
    estimate: Estimate
    bound: float = 0.0
    needed: int | None = None


def pair_verdicts(
    families: Sequence[Decided], *, level: float, failing: frozenset[str] = frozenset()
) -> Iterator[Verdict]:
    """The verdict of every pair: overall first, then each dimension.

    Decided after the adjustment for the pairs of a dimension, in this order:

    * ``a better``, ``b better``: the adjusted p-value is below one minus the level;
    * ``equivalent within margin``: two one-sided tests show that they differ by less than it;
    * ``tie``: a difference of the margin would probably have been seen (with 80 %), and neither is
      shown to be better, nor are they shown to be equivalent;
    * ``not worse``: a is shown to be worse by less than the margin, if at all;
    * ``inconclusive``: none of these; ``n_needed`` examples would at least show a tie.

    The verdict carries the estimate it was decided by: the formula's, where the published overall
    difference is the bootstrap's.

    Args:
        families: The pairs of each dimension with their adjusted p-values.
        level: The confidence level; the error rate is one minus it.
        failing: Systems whose blocking rate is too high; none of them wins overall.
    """
    for family in families:
        for pair, p in zip(family.pairs, family.p.tolist(), strict=True):
            judge = _Judge(pair, p, family.method, alpha=1 - level, family=len(family.pairs))
            found = judge.decision()
            if pair.name == OVERALL and found.outcome in {A_BETTER, B_BETTER}:
                found = _unless_blocked(pair, found, failing)
            yield Verdict(
                name=OVERALL if pair.name == OVERALL else "difference",
                outcome=found.outcome,
                reason=found.reason if pair.name == OVERALL else f"{pair.name}: {found.reason}",
                estimate=pair.told(found.estimate),
                bound=found.bound,
                dimension=pair.name,
                systems=pair.systems,
                n_needed=found.needed,
            )


@dataclass(frozen=True, slots=True, kw_only=False)
class _Judge:
    """Decides on one pair.

    Args:
        pair: The two systems.
        p: Of no difference, adjusted over the family.
        method: By what it was adjusted.
        alpha: The error rate.
        family: The number of pairs; margins are held at the error rate over it.
    """

    pair: Pair
    p: float
    method: str
    alpha: float
    family: int

    def decision(self) -> _Decision:
        pair, (a, b) = self.pair, self.pair.systems
        estimate = pair.difference(1 - self.alpha)
        if estimate.value is None:
            return _Decision(OPEN, estimate.reason or f"{a} and {b} cannot be compared", estimate)
        if (reason := little_shared(pair)) is not None:
            return _Decision(OPEN, reason, estimate)
        within = self._within()
        if self.p < self.alpha:
            first = estimate.value > 0
            better, worse = (a, b) if first else (b, a)
            note = f", but by less than the margin of {pair.margin:g}" if within.equivalent else ""
            told = f"{better} is better than {worse}{note}{self._thinks}"
            return _Decision(A_BETTER if first else B_BETTER, told, estimate)
        return self._undecided(estimate, within)

    def _undecided(self, estimate: Estimate, within: _Within) -> _Decision:
        pair, (a, b) = self.pair, self.pair.systems
        margin, bound = pair.margin, self._in_units(pair.margin)
        if within.equivalent:
            told = f"{a} and {b} differ by less than {margin:g} of the scale{self._thinks}"
            return _Decision(EQUIVALENT, told, within.estimate, bound)
        reach = self._reach()
        apart = f"{a} and {b} cannot be told apart{self._shown(estimate)}{self._thinks}"
        if within.meant and reach is not None and reach <= margin:
            more = f"; {a} is not worse by {margin:g} or more" if within.not_worse else ""
            told = f"{apart}, where a difference of {margin:g} would probably have been seen{more}"
            return _Decision(TIE, told, estimate, bound)
        if within.not_worse:
            told = f"{a} is not worse than {b} by {margin:g} or more{self._thinks}; {apart}"
            return _Decision(NOT_WORSE, told, within.estimate, -bound)
        needed = self._needed(reach, estimate.n) if within.meant else None
        if needed is not None:
            noun = "examples that people labelled" if pair.corrected else "examples"
            apart += f"; about {foretold(needed)} {noun} would show a difference of {margin:g}"
        return _Decision(OPEN, apart, estimate, 0.0, needed)

    @property
    def _thinks(self) -> str:
        return ", in the judge's opinion" if self.pair.opinion else ""

    def _shown(self, estimate: Estimate) -> str:
        """By which p; of one pair only where the interval of its own says otherwise."""
        if self.family == 1:
            apart = (estimate.low or 0.0) > 0 or (estimate.high or 0.0) < 0
            return f" (p = {self.p:.2g} decides, though the interval is beyond 0)" if apart else ""
        return f" (p = {self.p:.2g}, adjusted for {self.family} pairs by {self.method})"

    def _within(self) -> _Within:
        """Two one-sided tests, each at the error rate over the family."""
        pair = self.pair
        meant = pair.scale.bounded and pair.margin > 0
        estimate = pair.difference(1 - 2 * self.alpha / self.family)
        if not meant or estimate.low is None or estimate.high is None:
            return _Within(estimate, meant=meant)
        above = estimate.low > -pair.margin
        equivalent = above and estimate.high < pair.margin
        return _Within(estimate, meant=meant, not_worse=above, equivalent=equivalent)

    def _reach(self) -> float | None:
        """The difference that would probably have been seen after the adjustment."""
        return needed_reach(self.pair.difference(1 - self.alpha / self.family))

    def _needed(self, reach: float | None, n: int) -> int | None:
        """How many examples would probably show a difference of the margin."""
        if reach is None:
            return None
        times = (reach / self.pair.margin) ** 2
        return math.ceil(n * times) if times <= _FAR else None

    def _in_units(self, share: float) -> float:
        """A share of the scale, in the units in which the estimate is told."""
        low, high = self.pair.scale.low, self.pair.scale.high
        return share if low is None or high is None else share * (high - low)


@dataclass(frozen=True, slots=True, kw_only=False)
class _Within:
    """What the interval of level 1 - 2 alpha says of the margin.

    Args:
        estimate: It.
        meant: Whether there is a margin, on a scale of which it is a share.
        not_worse: Whether a is worse by less than the margin, if at all.
        equivalent: Whether both differ by less than the margin.
    """

    estimate: Estimate
    meant: bool
    not_worse: bool = False
    equivalent: bool = False


def _unless_blocked(pair: Pair, found: _Decision, failing: frozenset[str]) -> _Decision:
    """A better score does not outweigh being blocked too often, or more often."""
    first = found.outcome == A_BETTER
    winner = pair.systems[0] if first else pair.systems[1]
    reason = f"{found.reason} among outputs that are not blocked, but {winner} is blocked"
    if winner in failing:
        reason = f"{reason} too often; blocking is never averaged away"
        return _Decision(OPEN, reason, found.estimate)
    flags = pair.blocked[~np.isnan(pair.blocked).any(axis=1)]
    if not len(flags):
        return found
    winners, losers = flags.T if first else flags.T[::-1]
    excess = paired_proportion(winners, losers, level=pair.measure.level)
    if excess.low is not None and excess.low > 0:
        reason = f"{reason} more often; blocking is never averaged away"
        return _Decision(OPEN, reason, found.estimate)
    return found
