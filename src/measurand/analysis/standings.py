"""Which of several systems are the best by votes on outputs side by side, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.meetings import Meetings, meetings, unread
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.standings_models import Models
from measurand.analysis.standings_order import Order
from measurand.analysis.standings_style import CONTROLLED
from measurand.analysis.standings_verdict import best_systems
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.errors import InsufficientData
from measurand.stats.bradley_terry import Strengths
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.share import clustered_share
from measurand.stats.swept import swept_rate
from measurand.stats.win_rate import win_rate

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["standings"]

_RANKED = 3
_MODEL = "Bradley-Terry"
_RATE = "win_rate"
_TIE = 0.5


def standings(
    table: Ratings,
    systems: Sequence[str],
    *,
    examples: Mapping[str, Example] | None = None,
    outputs: Sequence[Output] = (),
    options: ComparisonOptions,
) -> Findings:
    """Rank systems by the pairs in which they met: by people, and by each judge, by dimension.

    Strengths are those of Bradley and Terry, a tie being half a win, with which output was shown
    first taken out where it is known of every vote. Errors are clustered by example, and by rater
    at once where there are six or more; fewer people speak for themselves, and every number says
    so. Systems that won, or lost, every vote against the others have no strength; those that have
    are ranked among themselves, and the others by their wins.

    Args:
        table: The ratings; those with ``against`` count that are win, tie or loss.
        systems: In the order in which they are told; systems that only occur in pairs come after
            them, unless the options name the systems.
        examples: The clusters of the examples, where they are known.
        outputs: What was rated, where it is known, for its length and style.
        options: Level, baseline, seed, and how many votes may have failed.

    Returns:
        For every kind of rater and dimension (``raters`` is ``people`` or a judge): ``tied_votes``;
        per system ``win_rate`` against the baseline (else against the average opponent), and
        ``win_rate_length_controlled`` where the outputs are known; ``style_effect`` by design.
        Where three systems or more met: ``strength`` and ``rank`` of each, ``strength`` by design
        ``style controlled`` where the outputs are known, and the verdict ``best systems``.
    """
    found = [
        _Standing(Models(one, options, outputs))
        for one in meetings(table, systems, known=examples or {}, chosen=bool(options.systems))
    ]
    return Findings(
        results=tuple(result for one in found for result in one.results()),
        verdicts=tuple(verdict for one in found for verdict in one.verdicts()),
        limits=(
            *(limit for one in found for limit in one.limits()),
            *unread(table, systems, chosen=bool(options.systems)),
        ),
    )


@dataclass(frozen=True)
class _Standing:
    """The systems that met by the votes of one kind of rater on one dimension."""

    of: Models

    @property
    def met(self) -> Meetings:
        """The votes."""
        return self.of.met

    @property
    def options(self) -> ComparisonOptions:
        """How systems are compared."""
        return self.of.options

    def results(self) -> Iterator[Result]:
        """Every number about it."""
        yield self._of("tied_votes", self._ties())
        if len(self.met.names) >= _RANKED:
            for place in self.of.places:
                yield self._of("strength", self._attempt(partial(self._strength, place)), place)
            yield from self._ranks()
        for place, against in self._played():
            compute = partial(self._rate, place, against)
            yield self._of(_RATE, self._attempt(compute), place, against)
        if self.of.outputs:
            yield from self._controlled()
        yield from self._effects()

    def verdicts(self) -> Iterator[Verdict]:
        """Which may be the best, where three or more met."""
        if len(self.met.names) >= _RANKED:
            yield best_systems(self.met, self.of.ranking)

    def limits(self) -> Iterator[str]:
        """What these numbers cannot say."""
        met, ties = self.met, int((self.met.points == _TIE).sum())
        about = f"Side by side, {met.about}"
        ways = " and by ".join(met.clusters)
        yield (
            f"{about}: {met.points.size:,} votes of {met.count:,} "
            f"{'rater' if met.count == 1 else 'raters'} on {len(met.examples):,} examples; "
            f"{ties:,} {'is a tie' if ties == 1 else 'are ties'}, each half a win. "
            f"Errors are clustered by {ways}; whatever else votes share is not in them."
        )
        if met.caution is not None:
            yield f"{about}: the numbers are {met.caution}; others may rank otherwise."
        if met.mirrored:
            yield f"{about}: {met.mirrored:,} votes were told from both sides, and count once."
        if self.of.lost is not None:
            yield f"{about}: {self.of.lost}, so that nothing is ranked."
        if isinstance(self.of.order, Order) and (told := self.of.order.limits(self.options.level)):
            yield f"{about}: {told}"
        if isinstance(self.of.slot, str) and isinstance(self.of.plain, Strengths):
            yield f"{about}: {self.of.slot}"
        if not self.of.outputs:
            yield (
                f"{about}: the outputs are not known here, so that a liking for "
                "longer ones is part of who wins."
            )

    def _known(self) -> tuple[Order, Strengths | str]:
        """The order, and the strengths of those that have some."""
        if isinstance(self.of.order, str):
            raise InsufficientData(self.of.order)
        return self.of.order, self.of.plain

    def _ties(self) -> Estimate:
        """The share of ties, by whichever way of clustering makes its interval wider."""
        level = self.options.level
        if self.of.lost is not None:
            return Estimate.absent(self.of.lost, n=self.met.points.size, level=level)
        ties = (self.met.points == _TIE).astype(np.float64)
        found = {
            way: clustered_share(ties, codes, level=level, noun=f"clusters by {way}")
            for way, codes in self.met.clusters.items()
        }
        way = max(found, key=lambda name: (found[name].high or 0.0) - (found[name].low or 0.0))
        widest = found[way]
        return self._cautioned(replace(widest, method=f"{widest.method}, by {way}"))

    def _strength(self, place: int) -> Estimate:
        order, fit = self._known()
        if place not in order.core:
            raise InsufficientData(order.no_strength(place))
        if isinstance(fit, str):
            raise InsufficientData(fit)
        return fit.strength(order.among_core(place), level=self.options.level)

    def _ranks(self) -> Iterator[Result]:
        """The rank of each, whose interval is the ranks that it may have."""
        ranking = self.of.ranking
        if isinstance(ranking, str):
            return
        for at, place in enumerate(ranking.places, 1):
            estimate = Estimate(
                value=float(at),
                low=float(min(ranking.sets[place].low, at)),
                high=float(max(ranking.sets[place].high, at)),
                level=self.options.level,
                n=self.met.points.size,
                method=self.met.marked(ranking.method),
                reason=ranking.caution,
            )
            yield self._of("rank", estimate, place)

    def _played(self) -> list[tuple[int, int | None]]:
        """Whose win rate is told, and against whom."""
        names, baseline = self.met.names, self.options.baseline
        if baseline in names:
            base = names.index(str(baseline))
            return [(place, base) for place in self.of.places if place != base]
        if len(names) < _RANKED:
            return [(0, 1)]
        return [(place, None) for place in self.of.places]

    def _rate(self, place: int, against: int | None) -> Estimate:
        """By the model among those that have strengths; by wins alone of all others."""
        (order, fit), level = self._known(), self.options.level
        if place not in order.core or (against is not None and against not in order.core):
            others = [p for p in range(len(self.met.names)) if p != place]
            return swept_rate(
                order.results, place, others if against is None else [against], level=level
            )
        if isinstance(fit, str):
            raise InsufficientData(fit)
        opponent = None if against is None else order.among_core(against)
        found = win_rate(fit, order.among_core(place), against=opponent, level=level)
        if against is None and not order.whole:
            return replace(
                found, method=f"{found.method}, over {len(order.core)} that won and lost"
            )
        return found

    def _controlled(self) -> Iterator[Result]:
        """Win rates at no difference in length, and strengths at none in style."""
        for place, against in self._played():
            both = (place,) if against is None else (place, against)
            compute = partial(self._at_length, both)
            yield self._of("win_rate_length_controlled", self._attempt(compute), *both)
        if len(self.met.names) >= _RANKED:
            for place in self.of.places:
                found = self._attempt(partial(self._at_style, place))
                yield replace(self._of("strength", found, place), design=CONTROLLED)

    def _at_length(self, places: tuple[int, ...]) -> Estimate:
        own, *others = self._in_core(*places)
        against = others[0] if others else None
        return self.of.styled.rate(own, against, level=self.options.level)

    def _at_style(self, place: int) -> Estimate:
        (own,) = self._in_core(place)
        return self.of.styled.strength(own, level=self.options.level)

    def _in_core(self, *places: int) -> list[int]:
        """Their places among those that have strengths.

        Raises:
            InsufficientData: One has none.
        """
        order, _ = self._known()
        for place in places:
            if place not in order.core:
                raise InsufficientData(order.no_strength(place))
        return [order.among_core(place) for place in places]

    def _effects(self) -> Iterator[Result]:
        """What being shown first, or longer, or decorated, adds to the log-odds of winning."""
        model = self.of.styled.whole if self.of.outputs and self.of.lost is None else self.of.plain
        if isinstance(model, str):
            model = self.of.plain
        if isinstance(model, str):
            return
        for at, label in enumerate(model.results.labels):
            compute = partial(model.effect, at, level=self.options.level)
            yield replace(self._of("style_effect", self._attempt(compute)), design=label)

    def _attempt(self, compute: partial[Estimate]) -> Estimate:
        found = attempt(compute, n=self.met.points.size, method=_MODEL, level=self.options.level)
        return self._cautioned(found) if found.present else found

    def _cautioned(self, found: Estimate) -> Estimate:
        """With whose opinion it is, and of how few people."""
        reason = "; ".join(filter(None, (found.reason, self.met.caution))) or None
        return replace(found, method=self.met.marked(found.method), reason=reason)

    def _of(self, name: str, estimate: Estimate, *places: int | None) -> Result:
        return Result(
            name=name,
            estimate=estimate,
            dimension=self.met.dimension,
            systems=tuple(self.met.names[place] for place in places if place is not None),
            raters=(self.met.raters,),
        )
