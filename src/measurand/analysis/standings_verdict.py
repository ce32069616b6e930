"""Who may be the best of systems that met in pairs, and how many votes would tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.meetings import Meetings
from measurand.analysis.result import Verdict
from measurand.stats.bradley_terry import Strengths
from measurand.stats.estimate import Estimate
from measurand.stats.quantiles import normal_quantile
from measurand.stats.rank_sets import PairGap, ranks_of

__all__ = ["BEST", "best_systems"]

BEST = "best systems"
"""The name of the verdict."""
ONE, SEVERAL, NONE = "one best", "several best", "inconclusive"

_POWER = 0.8
_NAMED = 3
_FAR = 100
"""Beyond so many times the votes there are, a number of votes would be no plan."""


def best_systems(
    met: Meetings, fit: Strengths | str, gaps: Sequence[PairGap] | str, *, level: float
) -> Verdict:
    """Who may be the best: everybody whose rank may be 1.

    Args:
        met: The votes.
        fit: The strengths; or why there are none.
        gaps: The differences between all pairs; or why there are none.
        level: The confidence level of all ranks together.
    """
    if isinstance(gaps, str) or isinstance(fit, str):
        return Verdict(
            name=BEST,
            outcome=NONE,
            reason=f"{met.about}, side by side: {gaps if isinstance(gaps, str) else fit}",
            dimension=met.dimension,
            raters=(met.raters,),
        )
    return _Best(met, level, fit, gaps).verdict()


@dataclass(frozen=True, slots=True)
class _Best:
    met: Meetings
    level: float
    fit: Strengths
    gaps: Sequence[PairGap]

    @property
    def values(self) -> Floats:
        return self.fit.values

    @property
    def order(self) -> list[int]:
        return [int(place) for place in np.argsort(-self.values, kind="stable")]

    @property
    def best(self) -> list[int]:
        sets = ranks_of(self.gaps, self.values.size)
        return [place for place in self.order if sets[place].low == 1]

    def verdict(self) -> Verdict:
        """The decision, and what would make it sharper."""
        best, count = self.best, self.values.size
        outcome = ONE if len(best) == 1 else NONE if len(best) == count else SEVERAL
        needed = None if outcome == ONE else self.needed()
        gap = self.first_gap()
        return Verdict(
            name=BEST,
            outcome=outcome,
            reason=f"{self.met.about}, side by side: {self._reason(outcome, needed)}",
            estimate=replace(gap, method=self.met.marked(gap.method)),
            dimension=self.met.dimension,
            systems=tuple(self.met.names[place] for place in best),
            raters=(self.met.raters,),
            n_needed=needed,
        )

    def first_gap(self) -> Estimate:
        """How far the strongest is ahead of the next."""
        one, other = self.order[:2]
        pair = (min(one, other), max(one, other))
        found = next(gap for gap in self.gaps if (gap.first, gap.second) == pair)
        return found.gap if found.first == one else found.gap.scaled(-1.0)

    def needed(self) -> int | None:
        """Votes at which the first two would probably be told apart, if they are as they look."""
        gap = self.first_gap()
        if not gap.value or gap.high is None:
            return None
        gradient = np.zeros((1, self.fit.parameters.size))
        gradient[0, self.order[:2]] = 1.0, -1.0
        error = float(self.fit.covariance.errors(gradient)[0])
        reach = gap.high - gap.value + normal_quantile(_POWER) * error
        times = (reach / gap.value) ** 2
        return math.ceil(times * self.met.points.size) if times <= _FAR else None

    def _reason(self, outcome: str, needed: int | None) -> str:
        votes, level = f"{self.met.points.size:,} votes", f"{self.level:.0%}"
        first, second = self.order[:2]
        if outcome == ONE:
            return (
                f"{self._told(first)} is the best of {self.values.size} at {level}, by {votes}; "
                f"next is {self._told(second)}"
            )
        best = self.best
        listed = ", ".join(map(self._told, best[:_NAMED]))
        more = f" and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
        if outcome == NONE:
            told = f"no system can be told from the best by {votes}: {listed}{more}"
        else:
            told = (
                f"{len(best)} of {self.values.size} may be the best at {level}, by {votes}: "
                f"{listed}{more}"
            )
        if needed is None:
            return f"{told}; the first two are too close for more votes to be a plan"
        return (
            f"{told}; if the first two differ as they do here, about {_rounded(needed):,} votes, "
            f"by so many more raters and on more examples, would show it with a probability of "
            f"{_POWER:.0%}"
        )

    def _told(self, place: int) -> str:
        return f"{self.met.names[place]} ({self.values[place]:+.2f})"


def _rounded(n: int) -> int:
    """Two digits: it is foretold from an estimate."""
    unit = int("1".ljust(max(len(str(n)) - 1, 1), "0"))
    return math.ceil(n / unit) * unit
