"""In which order systems stand that met in pairs, also where some won everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from measurand.analysis.meetings import Meetings
from measurand.stats.bradley_terry import Strengths
from measurand.stats.pair_results import PairResults
from measurand.stats.rank_sets import PairGap, RankSet, ranks_of
from measurand.stats.swept import ranks_of_order, sure_wins, tiers, wins_to_be_sure

__all__ = ["Order", "Ranking"]

_NAMED = 3
_UNBOUNDED = "by how much has no bound, so that no finite strength fits"


@dataclass(frozen=True)
class Order:
    """Systems in groups, none of which lost or tied a vote against a later one.

    Args:
        met: Their votes.
        groups: Places; one group where nobody won, or lost, everything.
    """

    met: Meetings
    groups: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, met: Meetings) -> Order:
        """Who stands before whom.

        Raises:
            InsufficientData: Parts of the systems never met.
        """
        return cls(met, tiers(met.results({})))

    @property
    def whole(self) -> bool:
        """Whether all of them have strengths."""
        return len(self.groups) == 1

    @cached_property
    def core(self) -> tuple[int, ...]:
        """The places of those that have strengths: the group with most votes among themselves."""
        if self.whole:
            return self.groups[0]
        votes = [self.met.among(group).points.size for group in self.groups]
        most = int(np.argmax(votes))
        return self.groups[most] if votes[most] else ()

    @cached_property
    def inner(self) -> Meetings:
        """The votes among those that have strengths."""
        return self.met if self.whole else self.met.among(self.core)

    @cached_property
    def results(self) -> PairResults:
        """All votes, with nothing taken out."""
        return self.met.results({})

    def among_core(self, place: int) -> int:
        """The place of a system among those that have strengths."""
        return self.core.index(place)

    def outside(self) -> list[tuple[int, ...]]:
        """The groups without strengths."""
        return [group for group in self.groups if group != self.core]

    def no_strength(self, place: int) -> str:
        """Why a system has no strength."""
        group = next(group for group in self.groups if place in group)
        return f"{self._told(group)}: {_UNBOUNDED}"

    def record(self, place: int) -> str:
        """Of how many votes a system won how many, in a few words."""
        met = self.met
        own = np.concatenate([met.points[met.first == place], 1 - met.points[met.second == place]])
        if (own == 1).all():
            return f"won all {own.size:,}"
        if not own.any():
            return f"lost all {own.size:,}"
        return f"{float(own.mean()):.0%} of {own.size:,}"

    def limits(self, level: float) -> str | None:
        """What is told of whom, where some have no strength; None where all have."""
        if self.whole or len(self.met.names) < _NAMED:
            return None
        told = "; ".join(self._told(group) for group in self.outside()[:_NAMED])
        more = len(self.outside()) - _NAMED
        also = f"; and {more} more likewise" if more > 0 else ""
        rest = (
            f" Strengths, and win rates over an average opponent, are of the {len(self.core)} "
            "others among themselves."
            if self.core
            else ""
        )
        needed = wins_to_be_sure(len(self.met.names), level=self.level_of_wins(level))
        return (
            f"{told}{also}: {_UNBOUNDED}. Their ranks rest on wins alone, whoever was shown first: "
            f"{needed} votes on the same two systems that share "
            f"{_unlike(tuple(self.met.clusters))}, all won, show which is stronger.{rest}"
        )

    def level_of_strengths(self, level: float) -> float:
        """The level of what strengths show: half of the error is for wins, where they count."""
        return level if self.whole else 1 - (1 - level) / 2

    def level_of_wins(self, level: float) -> float:
        """The level of what wins alone show."""
        return 1 - (1 - level) / 2 if self.core else level

    def places(self, fit: Strengths | None) -> list[int]:
        """All places, those that come first first."""
        found: list[int] = []
        for group in self.groups:
            if group == self.core and fit is not None:
                ahead = np.argsort(-fit.values, kind="stable")
                found += [group[int(place)] for place in ahead]
            else:
                found += sorted(group, key=self._share, reverse=True)
        return found

    def _share(self, place: int) -> float:
        """The mean points of a system, of all its votes."""
        met = self.met
        own = met.points[met.first == place].sum() + (1 - met.points[met.second == place]).sum()
        return float(own / max(int((met.first == place).sum() + (met.second == place).sum()), 1))

    def _told(self, group: Sequence[int]) -> str:
        """What a group did against all others."""
        met, inside = self.met, np.zeros(len(self.met.names), dtype=bool)
        inside[list(group)] = True
        crossing = inside[met.first] != inside[met.second]
        own = np.where(inside[met.first], met.points, 1 - met.points)[crossing]
        listed = " and ".join(met.names[place] for place in group[:_NAMED])
        if len(group) > _NAMED:
            listed += f" and {len(group) - _NAMED} more"
        if (own == 1).all():
            return f"{listed} won all {own.size:,} votes against the others"
        if not own.any():
            return f"{listed} lost all {own.size:,} votes against the others"
        return (
            f"{listed} won {int(own.sum()):,} and lost {int((1 - own).sum()):,} votes against the "
            "others, none of whom did both"
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who stands where, and which ranks are open.

    Args:
        order: Who stands before whom.
        fit: The strengths of those that have some; None where nobody has.
        gaps: The differences between them.
        sets: The ranks that each system may have, by place.
        level: Of all ranks together.
    """

    order: Order
    fit: Strengths | None
    gaps: tuple[PairGap, ...]
    sets: tuple[RankSet, ...]
    level: float

    @classmethod
    def of(
        cls, order: Order, fit: Strengths | None, gaps: tuple[PairGap, ...], *, level: float
    ) -> Ranking:
        """The ranks that strengths leave open; where some have none, those that wins leave open."""
        size = len(order.met.names)
        if order.whole:
            return cls(order, fit, gaps, ranks_of(gaps, size), level)
        sure = list(sure_wins(order.results, order.groups, level=order.level_of_wins(level)))
        for gap in gaps:
            pair = order.core[gap.first], order.core[gap.second]
            if gap.gap.low is not None and gap.gap.low > 0:
                sure.append(pair)
            elif gap.gap.high is not None and gap.gap.high < 0:
                sure.append(pair[::-1])
        return cls(order, fit, gaps, ranks_of_order(sure, size), level)

    @property
    def places(self) -> list[int]:
        """All places, those that come first first."""
        return self.order.places(self.fit)

    @property
    def best(self) -> list[int]:
        """Whoever may have rank 1."""
        return [place for place in self.places if self.sets[place].low == 1]

    @property
    def method(self) -> str:
        """How the ranks were found."""
        wins = (
            f"signs of votes that share {_unlike(tuple(self.order.met.clusters))}, Bonferroni over "
            "all pairs"
        )
        if self.order.whole:
            return self.gaps[0].gap.method
        return f"{self.gaps[0].gap.method}; {wins}" if self.gaps else wins

    @property
    def caution(self) -> str | None:
        """What a reader must know beside every rank."""
        own = self.gaps[0].gap.reason if self.gaps else None
        return "; ".join(filter(None, (own, self.order.met.caution))) or None


def _unlike(ways: tuple[str, ...]) -> str:
    return f"neither {' nor '.join(ways)}" if len(ways) > 1 else f"no {ways[0]}"
