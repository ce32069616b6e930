"""Every decision of a comparison: what was required first, then overall, blocking, dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from measurand.analysis.blocking_verdicts import blocking_verdicts
from measurand.analysis.comparison_verdicts import little_shared, pair_verdicts
from measurand.analysis.failures import Gate
from measurand.analysis.families import Decided
from measurand.analysis.measure import OVERALL
from measurand.analysis.pair import Pair
from measurand.analysis.requirement import requirements, unanswered, without_verdict
from measurand.analysis.result import Result, Verdict
from measurand.analysis.system_ranks import SystemRanks

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["Decisions"]


class Decisions:
    """The decisions of one comparison.

    Args:
        families: The pairs of each dimension, decided at once.
        rates: How often each system is blocked.
        options: Level, margin, what is required.
        gate: What failed, and how much of that withholds a verdict.
    """

    def __init__(
        self,
        families: Sequence[Decided],
        rates: Sequence[Result],
        options: ComparisonOptions,
        *,
        gate: Gate,
    ) -> None:
        whole = [rate for rate in rates if rate.component is None or "of_traffic" in rate.name]
        self.blocking = tuple(blocking_verdicts(whole, options.max_blocking))
        self.failing = frozenset(v.systems[0] for v in self.blocking if v.outcome == "fail")
        self._families = families
        self._options = options
        self._pairs = [pair for family in families for pair in family.pairs]
        self._withheld: dict[tuple[tuple[str, ...], str], str] = {
            (p.systems, p.name): why for p in self._pairs if (why := _withheld(p, gate)) is not None
        }
        self.ranks = tuple(self._ranks(family) for family in families if family.gaps)

    def verdicts(self) -> tuple[Verdict, ...]:
        """All of them, the headline first."""
        options = self._options
        decided = [
            self._unless_withheld(verdict)
            for verdict in pair_verdicts(self._families, level=options.level, failing=self.failing)
        ]
        best = [self._best(ranks) for ranks in self.ranks]
        overall = tuple(verdict for verdict in decided if verdict.name == OVERALL)
        return (
            *self._required((*overall, *self.blocking)),
            *(verdict for verdict in best if verdict.dimension == OVERALL),
            *overall,
            *self.blocking,
            *(verdict for verdict in decided if verdict.name != OVERALL),
            *(verdict for verdict in best if verdict.dimension != OVERALL),
        )

    def _required(self, known: Sequence[Verdict]) -> tuple[Verdict, ...]:
        options = self._options
        if options.require is None:
            return ()
        marks = {options.expert, options.floor}
        asked = [
            pair
            for pair in self._pairs
            if pair.name == OVERALL
            and pair.systems[0] not in marks
            and options.baseline in {pair.systems[1], None}
        ]
        if not asked:
            return (unanswered(),)
        withheld = {pair: why for (pair, name), why in self._withheld.items() if name == OVERALL}
        return tuple(
            requirements(asked, known, options.require, level=options.level, withheld=withheld)
        )

    def _unless_withheld(self, verdict: Verdict) -> Verdict:
        why = self._withheld.get((verdict.systems, verdict.dimension or OVERALL))
        return verdict if why is None else without_verdict(verdict, why)

    def _ranks(self, family: Decided) -> SystemRanks:
        name, every = family.pairs[0].name, family.pairs[0].measure.scores.systems
        return SystemRanks(
            dimension=name,
            systems=tuple(
                system for system in every if any(system in pair for pair in family.gaps)
            ),
            gaps=family.gaps,
            level=self._options.level,
            opinion=any(pair.opinion for pair in family.pairs),
            failing=self.failing if name == OVERALL else frozenset(),
        )

    def _best(self, ranks: SystemRanks) -> Verdict:
        """Which may be the best; none is named while verdicts on any of them are withheld."""
        verdict = ranks.verdict()
        for (systems, name), why in self._withheld.items():
            if name == ranks.dimension and set(systems) <= set(ranks.systems):
                return without_verdict(verdict, why)
        for pair in self._pairs:
            why_not = little_shared(pair) if pair.name == ranks.dimension else None
            if why_not is not None and set(pair.systems) & set(ranks.best):
                return without_verdict(verdict, why_not)
        return verdict


def _withheld(pair: Pair, gate: Gate) -> str | None:
    """Why no verdict is given: failures of what judges score, or may block on."""
    scores = pair.measure.scores
    names = (d.name for d in scores.dimensions) if pair.name == OVERALL else (pair.name,)
    blocking = scores.blocked_on if pair.name == OVERALL else ()
    judged = {name for name in (*names, *blocking) if scores.kinds.get(name, "judge") == "judge"}
    return gate.reason(pair.systems, judged)
