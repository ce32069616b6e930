"""The models of systems that met in pairs: who stands before whom, by how much, in which style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.meetings import SHOWN_FIRST, Meetings, listed
from measurand.analysis.standings_order import Order, Ranking
from measurand.analysis.standings_style import Styled
from measurand.core.output import Output
from measurand.errors import InsufficientData
from measurand.stats.bradley_terry import Strengths, bradley_terry

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["Models"]


@dataclass(frozen=True)
class Models:
    """What the votes of one kind of rater on one dimension are described by.

    Args:
        met: The votes.
        options: Level, seed, and how many votes may have failed.
        outputs: What was rated, where it is known.
    """

    met: Meetings
    options: ComparisonOptions
    outputs: Sequence[Output]

    @cached_property
    def order(self) -> Order | str:
        """Who stands before whom; or why nothing is said."""
        if self.lost is not None:
            return self.lost
        try:
            return Order.of(self.met)
        except InsufficientData as problem:
            return str(problem)

    @property
    def places(self) -> list[int]:
        """Places from the strongest to the weakest; as they are where nothing is fitted."""
        if isinstance(self.order, str):
            return list(range(len(self.met.names)))
        return self.order.places(None if isinstance(self.plain, str) else self.plain)

    @cached_property
    def slot(self) -> Floats | str | None:
        """Who was shown first; why it is not taken out; or None where two orders were not kept."""
        shown = self._inner.shown
        if np.isnan(shown).any():
            return "which output was shown first is not known of every vote, and not taken out."
        try:
            bradley_terry(self._inner.results({SHOWN_FIRST: shown}))
        except InsufficientData as problem:
            return f"which output was shown first is not taken out: {problem}."
        return shown

    @cached_property
    def plain(self) -> Strengths | str:
        """The model without style, of those that have strengths; or why there is none."""
        if isinstance(self.order, str):
            return self.order
        if not self.order.core:
            return self.order.no_strength(self.order.groups[0][0])
        try:
            return bradley_terry(self._inner.results(self._slots()))
        except InsufficientData as problem:
            return str(problem)

    @cached_property
    def ranking(self) -> Ranking | str:
        """The ranks that each may have; or why there are none."""
        order, level = self.order, self.options.level
        if isinstance(order, str):
            return order
        if not order.core:
            return Ranking.of(order, None, (), level=level)
        if isinstance(self.plain, str):
            return self.plain
        try:
            rng = np.random.default_rng(self.options.seed)
            gaps = self.plain.gaps(rng=rng, level=order.level_of_strengths(level))
        except InsufficientData as problem:
            return str(problem)
        return Ranking.of(order, self.plain, gaps, level=level)

    @cached_property
    def styled(self) -> Styled:
        """The models with style."""
        return Styled.of(self._inner, self.outputs, self._slots())

    @cached_property
    def lost(self) -> str | None:
        """Why nothing is said: too many votes failed, or do not say who won."""
        met, allowed = self.met, self.options.max_failures
        other = sum(met.unread.values())
        asked = met.lost + other + met.points.size
        if allowed is None or met.lost + other <= allowed * asked:
            return None
        parts = []
        if met.lost:
            parts.append(f"{met.lost:,} of {asked:,} judgments ({met.lost / asked:.1%}) failed")
        if other:
            parts.append(
                f"{other:,} of {asked:,} votes ({other / asked:.1%}) say {listed(met.unread)} and "
                "not win, tie or loss"
            )
        return f"{' and '.join(parts)}, and {allowed:.1%} may"

    @property
    def _inner(self) -> Meetings:
        return self.met if isinstance(self.order, str) else self.order.inner

    def _slots(self) -> dict[str, Floats]:
        return {SHOWN_FIRST: self.slot} if isinstance(self.slot, np.ndarray) else {}
