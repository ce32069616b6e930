"""Who may be the best of systems that met in pairs, and how many votes would tell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.meetings import Meetings
from measurand.analysis.result import Verdict
from measurand.analysis.standings_order import Ranking
from measurand.figures.text import foretold
from measurand.stats.estimate import Estimate
from measurand.stats.quantiles import normal_quantile
from measurand.stats.swept import wins_to_be_sure

__all__ = ["BEST", "best_systems"]

BEST = "best systems"
"""The name of the verdict."""
ONE, SEVERAL, NONE = "one best", "several best", "inconclusive"

_POWER = 0.8
_NAMED = 3
_FAR = 100
"""Beyond so many times the votes there are, a number of votes would be no plan."""


def best_systems(met: Meetings, ranking: Ranking | str) -> Verdict:
    """Who may be the best: everybody whose rank may be 1.

    Args:
        met: The votes.
        ranking: The ranks that each may have; or why there are none.
    """
    if isinstance(ranking, str):
        return Verdict(
            name=BEST,
            outcome=NONE,
            reason=f"{met.about}, side by side: {ranking}",
            dimension=met.dimension,
            raters=(met.raters,),
        )
    return _Best(met, ranking).verdict()


@dataclass(frozen=True, slots=True)
class _Best:
    met: Meetings
    ranking: Ranking

    def verdict(self) -> Verdict:
        """The decision, and what would make it sharper."""
        best, count = self.ranking.best, len(self.met.names)
        outcome = ONE if len(best) == 1 else NONE if len(best) == count else SEVERAL
        gap = self.first_gap()
        needed = None if outcome == ONE or gap is None else self.needed(gap)
        caution = f" ({self.met.caution})" if self.met.caution else ""
        return Verdict(
            name=BEST,
            outcome=outcome,
            reason=f"{self.met.about}{caution}, side by side: {self._reason(outcome, needed)}",
            estimate=None if gap is None else self._marked(gap),
            dimension=self.met.dimension,
            systems=tuple(self.met.names[place] for place in best),
            raters=(self.met.raters,),
            n_needed=needed,
        )

    def first_gap(self) -> Estimate | None:
        """How far the strongest is ahead of the next; None where one of them has no strength."""
        order = self.ranking.order
        if not set(self.ranking.places[:2]) <= set(order.core) or not self.ranking.gaps:
            return None
        one, other = map(order.among_core, self.ranking.places[:2])
        pair = (min(one, other), max(one, other))
        found = next(gap for gap in self.ranking.gaps if (gap.first, gap.second) == pair)
        return found.gap if found.first == one else found.gap.scaled(-1.0)

    def needed(self, gap: Estimate) -> int | None:
        """Votes at which the first two would probably be told apart, if they are as they look."""
        fit, order = self.ranking.fit, self.ranking.order
        if fit is None or not gap.value or gap.high is None:
            return None
        gradient = np.zeros((1, fit.parameters.size))
        gradient[0, [order.among_core(place) for place in self.ranking.places[:2]]] = 1.0, -1.0
        error = float(fit.covariance.errors(gradient)[0])
        reach = gap.high - gap.value + normal_quantile(_POWER) * error
        times = (reach / gap.value) ** 2
        return math.ceil(times * self.met.points.size) if times <= _FAR else None

    def _marked(self, gap: Estimate) -> Estimate:
        reason = "; ".join(filter(None, (gap.reason, self.met.caution))) or None
        return replace(gap, method=self.met.marked(gap.method), reason=reason)

    def _reason(self, outcome: str, needed: int | None) -> str:
        votes, level = f"{self.met.points.size:,} votes", f"{self.ranking.level:.0%}"
        first, second = self.ranking.places[:2]
        count, best = len(self.met.names), self.ranking.best
        if outcome == ONE:
            return (
                f"{self._told(first)} is the best of {count} at {level}, by {votes}; "
                f"next is {self._told(second)}"
            )
        listed = ", ".join(map(self._told, best[:_NAMED]))
        more = f" and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
        if outcome == NONE:
            told = f"no system can be told from the best by {votes}: {listed}{more}"
        else:
            told = f"{len(best)} of {count} may be the best at {level}, by {votes}: {listed}{more}"
        if self.first_gap() is None:
            return f"{told}; {self._by_wins()}"
        if needed is None:
            return f"{told}; the first two are too close for more votes to be a plan"
        return (
            f"{told}; if the first two differ as they do here, about {foretold(needed)} votes, "
            f"by so many more raters and on more examples, would show it with a probability of "
            f"{_POWER:.0%}"
        )

    def _by_wins(self) -> str:
        """What would show that somebody without a strength is ahead."""
        ranking = self.ranking
        level = ranking.order.level_of_wins(ranking.level)
        needed = wins_to_be_sure(len(self.met.names), level=level)
        return (
            f"to be sure who of two is ahead where one won everything takes {needed} votes on the "
            "two that share no cluster"
        )

    def _told(self, place: int) -> str:
        name, order, fit = self.met.names[place], self.ranking.order, self.ranking.fit
        if fit is None or place not in order.core:
            return f"{name} ({order.record(place)})"
        return f"{name} ({fit.values[order.among_core(place)]:+.2f})"
