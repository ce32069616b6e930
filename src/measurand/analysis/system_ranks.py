"""Which systems may be the best, which may not, and how many examples would tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from measurand.analysis.correction import as_opinion
from measurand.analysis.pair import needed_reach
from measurand.analysis.result import Result, Verdict
from measurand.figures.text import foretold
from measurand.stats.estimate import Estimate
from measurand.stats.rank_sets import PairGap, RankSet, ranks_of

__all__ = ["BEST", "LEAST_RANKED", "SystemRanks"]

BEST = "best systems"
"""The name of the verdict."""
ONE, SEVERAL, NONE = "one best", "several best", "inconclusive"

LEAST_RANKED = 3
"""Two systems are a pair, and have its verdict."""

_NAMED = 4
_FAR = 100
"""Beyond so many times the examples there are, a number of them would be no plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRanks:
    """Systems on one dimension, or overall, in the ranks that the data leave open.

    Args:
        dimension: Which.
        systems: In the order of the table.
        gaps: The difference of every two, in shares of the scale, with intervals that all hold at
            once; by both systems, the first less the second.
        level: At which they hold.
        opinion: Whether they are what a judge thinks.
        failing: Systems that are blocked too often: none of them is among the best overall.
    """

    dimension: str
    systems: tuple[str, ...]
    gaps: Mapping[tuple[str, str], Estimate]
    level: float
    opinion: bool
    failing: frozenset[str] = frozenset()

    @property
    def order(self) -> tuple[str, ...]:
        """From the best to the worst by their mean lead over the others."""
        return tuple(sorted(self.systems, key=lambda name: -self._lead(name)))

    def _lead(self, name: str) -> float:
        leads = [
            value if pair[0] == name else -value
            for pair, gap in self.gaps.items()
            if name in pair and (value := gap.value) is not None
        ]
        return sum(leads) / len(leads) if leads else -math.inf

    @property
    def _pairs(self) -> tuple[PairGap, ...]:
        return self._among(self.systems)

    def _among(self, systems: Sequence[str]) -> tuple[PairGap, ...]:
        places = combinations(range(len(systems)), 2)
        return tuple(PairGap(a, b, self._gap(systems[a], systems[b])) for a, b in places)

    def _gap(self, first: str, second: str) -> Estimate:
        found = self.gaps.get((first, second))
        return self.gaps[second, first].scaled(-1.0) if found is None else found

    @property
    def best(self) -> tuple[str, ...]:
        """Those that may be the best of the systems that may ship, the best-looking first."""
        eligible = tuple(name for name in self.systems if name not in self.failing)
        sets = dict(zip(eligible, ranks_of(self._among(eligible), len(eligible)), strict=True))
        return tuple(name for name in self.order if name in sets and sets[name].low == 1)

    def results(self) -> Iterator[Result]:
        """The rank of each, whose interval is the ranks that it may have."""
        sets = ranks_of(self._pairs, len(self.systems))
        for system, rank in zip(self.systems, sets, strict=True):
            yield Result(
                name="rank",
                estimate=self._rank(system, rank),
                dimension=self.dimension,
                systems=(system,),
            )

    def _rank(self, system: str, ranks: RankSet) -> Estimate:
        own = [gap for pair, gap in self.gaps.items() if system in pair]
        n = min(gap.n for gap in own)
        if not any(gap.present for gap in own):
            reason = own[0].reason or f"{system} cannot be compared"
            return Estimate.absent(reason, n=n, method="rank set", level=self.level)
        place = self.order.index(system) + 1
        found = Estimate(
            value=float(min(max(place, ranks.low), ranks.high)),
            low=float(ranks.low),
            high=float(ranks.high),
            level=self.level,
            n=n,
            method=f"{_by(own)} over all pairs of {len(self.systems)}",
        )
        return as_opinion(found) if self.opinion else found

    def verdict(self) -> Verdict:
        """Which may be the best; where that is several, what n would tell the first two apart."""
        best, outcome = self.best, self._outcome()
        needed = None if outcome == ONE else self._needed()
        return Verdict(
            name=BEST,
            outcome=outcome,
            reason=f"{self.dimension}: {self._reason(outcome, needed)}",
            estimate=self._first_gap(),
            dimension=self.dimension,
            systems=best,
            n_needed=needed,
        )

    def _outcome(self) -> str:
        best, eligible = self.best, len(set(self.systems) - self.failing)
        if not best or (len(best) == eligible and eligible > 1) or not self._compared():
            return NONE
        return ONE if len(best) == 1 else SEVERAL

    def _compared(self) -> bool:
        return any(gap.present for gap in self.gaps.values())

    def _first_gap(self) -> Estimate | None:
        """How far the best-looking of those that may ship is ahead of the next."""
        first = [name for name in self.order if name not in self.failing][:2]
        if len(first) < 2:  # noqa: PLR2004 - a gap has two ends
            return None
        return self._gap(first[0], first[1])

    def _needed(self) -> int | None:
        """Examples at which the first two would probably be told apart, if they are as they look.

        None where that is more than a plan would ask for, and where nothing separates them.
        """
        gap = self._first_gap()
        reach = None if gap is None else needed_reach(gap)
        if gap is None or reach is None or not gap.value:
            return None
        times = (reach / gap.value) ** 2
        return math.ceil(gap.n * max(times, 1.0)) if times <= _FAR else None

    def _reason(self, outcome: str, needed: int | None) -> str:
        best = self.best
        if not best:
            return "every system is blocked too often, and none of them is the best"
        if not self._compared():
            reason = next((gap.reason for gap in self.gaps.values() if gap.reason), None)
            return f"the systems cannot be ranked: {reason or 'they share too few examples'}"
        listed = ", ".join(best[:_NAMED])
        more = f" and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
        thinks = ", in the judge's opinion" if self.opinion else ""
        if outcome == ONE:
            told = f"{best[0]} is the best of {len(self.systems)} at {self.level:.0%}{thinks}"
        elif outcome == SEVERAL:
            told = (
                f"{len(best)} of {len(self.systems)} may be the best at "
                f"{self.level:.0%}{thinks}: {listed}{more}"
            )
        else:
            told = f"none of {listed}{more} is ruled out as the best{thinks}"
        left = sorted(self.failing & set(self.systems))
        if left:
            told = f"{told}; {', '.join(left)} left out, blocked too often"
        return told if outcome == ONE else f"{told}; {self._hint(needed)}"

    def _hint(self, needed: int | None) -> str:
        gap = self._first_gap()
        if gap is None or not gap.value:
            return "nothing separates the first two"
        if needed is None:
            return (
                f"the first two differ by {abs(gap.value):.3f}, which no reasonable number of "
                "examples would show: choose by cost and speed"
            )
        return (
            f"if the first two differ by {abs(gap.value):.3f} as they do here, about "
            f"{foretold(needed)} examples would show it with a probability of 80%"
        )


def _by(gaps: Sequence[Estimate]) -> str:
    """By what intervals the ranks are made."""
    return "Bonferroni" if any("Bonferroni" in gap.method for gap in gaps) else "max-T"
