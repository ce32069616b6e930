"""Which of several systems are the best by votes on outputs side by side, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.meetings import SHOWN_FIRST, Meetings, meetings, undecided
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.standings_verdict import best_systems
from measurand.analysis.style import LENGTH, STYLES, StyleTable
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.errors import InsufficientData
from measurand.stats.bradley_terry import Strengths, bradley_terry
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.rank_sets import PairGap, ranks_of
from measurand.stats.share import clustered_share
from measurand.stats.win_rate import scaled_feature, win_rate

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["standings"]

_RANKED = 3
_MODEL = "Bradley-Terry"
_CONTROLLED = "win_rate_length_controlled"


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
    first taken out where it is known of every vote. Errors are clustered by rater and by example
    at once, where there are ten or more of either.

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
        Where three systems or more met: ``strength`` and ``rank`` of each, and the verdict ``best
        systems``.
    """
    found = [
        _Standing(one, options, outputs)
        for one in meetings(table, systems, known=examples or {}, chosen=bool(options.systems))
    ]
    return Findings(
        results=tuple(result for one in found for result in one.results()),
        verdicts=tuple(verdict for one in found for verdict in one.verdicts()),
        limits=(*(limit for one in found for limit in one.limits()), *undecided(table)),
    )


@dataclass(frozen=True)
class _Standing:
    """The systems that met by the votes of one kind of rater on one dimension."""

    met: Meetings
    options: ComparisonOptions
    outputs: Sequence[Output]

    def results(self) -> Iterator[Result]:
        """Every number about it."""
        yield self._of("tied_votes", self._ties())
        if len(self.met.names) >= _RANKED:
            for place in self.order:
                compute = partial(self._strength, place)
                yield self._of("strength", self._attempt(compute), place)
            yield from self._ranks()
        for place, against in self._played():
            yield self._of(
                "win_rate", self._attempt(partial(self._rate, place, against)), place, against
            )
        if self.outputs:
            yield from self._controlled()
        yield from self._effects()

    def verdicts(self) -> Iterator[Verdict]:
        """Which may be the best, where three or more met."""
        if len(self.met.names) >= _RANKED:
            yield best_systems(self.met, self.plain, self.gaps, level=self.options.level)

    def limits(self) -> Iterator[str]:
        """What these numbers cannot say."""
        met, ties = self.met, int((self.met.points == 0.5).sum())  # noqa: PLR2004 - half a win
        ways = " and by ".join(met.clusters)
        yield (
            f"Side by side, {met.about}: {met.points.size:,} votes of {met.count:,} "
            f"{'rater' if met.count == 1 else 'raters'} on {len(met.examples):,} examples; "
            f"{ties:,} {'is a tie' if ties == 1 else 'are ties'}, each half a win. "
            f"Errors are clustered by {ways}; whatever else votes share is not in them."
        )
        if self.options.max_failures is not None and self._lost is not None:
            yield f"Side by side, {met.about}: {self._lost}, so that nothing is ranked."
        if isinstance(self.slot, str) and isinstance(self.plain, Strengths):
            yield f"Side by side, {met.about}: {self.slot}"
        if not self.outputs:
            yield (
                f"Side by side, {met.about}: the outputs are not known here, so that a liking for "
                "longer ones is part of who wins."
            )

    @property
    def order(self) -> list[int]:
        """Places from the strongest to the weakest; as they are where nothing is fitted."""
        if isinstance(self.plain, str):
            return list(range(len(self.met.names)))
        return [int(place) for place in np.argsort(-self.plain.values, kind="stable")]

    @cached_property
    def slot(self) -> Floats | str | None:
        """Who was shown first; why it is not taken out; or None where two orders were not kept."""
        shown = self.met.shown
        if np.isnan(shown).any():
            return "which output was shown first is not known of every vote, and not taken out."
        try:
            bradley_terry(self.met.results({SHOWN_FIRST: shown}))
        except InsufficientData as problem:
            return f"which output was shown first is not taken out: {problem}."
        return shown

    @cached_property
    def plain(self) -> Strengths | str:
        """The model without style; or why there is none."""
        if self._lost is not None:
            return self._lost
        try:
            return bradley_terry(self.met.results(self._slots()))
        except InsufficientData as problem:
            return str(problem)

    @cached_property
    def gaps(self) -> tuple[PairGap, ...] | str:
        """The differences between all pairs of systems; or why there are none."""
        try:
            rng = np.random.default_rng(self.options.seed)
            return self._fit().gaps(rng=rng, level=self.options.level)
        except InsufficientData as problem:
            return str(problem)

    @cached_property
    def styled(self) -> _Styled:
        """The models with style."""
        return _Styled.of(self.met, self.outputs, self._slots())

    @cached_property
    def _lost(self) -> str | None:
        """Why nothing is said: too many votes failed."""
        allowed, asked = self.options.max_failures, self.met.lost + self.met.points.size
        if allowed is None or self.met.lost <= allowed * asked:
            return None
        return (
            f"{self.met.lost:,} of {asked:,} judgments ({self.met.lost / asked:.1%}) failed, and "
            f"{allowed:.1%} may"
        )

    def _slots(self) -> dict[str, Floats]:
        return {SHOWN_FIRST: self.slot} if isinstance(self.slot, np.ndarray) else {}

    def _fit(self) -> Strengths:
        if isinstance(self.plain, str):
            raise InsufficientData(self.plain)
        return self.plain

    def _ties(self) -> Estimate:
        ties = (self.met.points == 0.5).astype(np.float64)  # noqa: PLR2004 - half a win
        way = min(self.met.clusters.values(), key=lambda codes: int(codes.max()))
        compute = partial(clustered_share, ties, way, level=self.options.level)
        return attempt(compute, n=ties.size, method="Wilson", level=self.options.level)

    def _strength(self, place: int) -> Estimate:
        return self._fit().strength(place, level=self.options.level)

    def _ranks(self) -> Iterator[Result]:
        """The rank of each, whose interval is the ranks that it may have."""
        if isinstance(self.gaps, str):
            return
        sets = ranks_of(self.gaps, len(self.met.names))
        for at, place in enumerate(self.order, 1):
            estimate = Estimate(
                value=float(at),
                low=float(min(sets[place].low, at)),
                high=float(max(sets[place].high, at)),
                level=self.options.level,
                n=self.met.points.size,
                method=self.met.marked(self.gaps[0].gap.method),
                reason=self.gaps[0].gap.reason,
            )
            yield self._of("rank", estimate, place)

    def _played(self) -> list[tuple[int, int | None]]:
        """Whose win rate is told, and against whom."""
        names, baseline = self.met.names, self.options.baseline
        if baseline in names:
            base = names.index(str(baseline))
            return [(place, base) for place in self.order if place != base]
        if len(names) < _RANKED:
            return [(0, 1)]
        return [(place, None) for place in self.order]

    def _rate(self, place: int, against: int | None) -> Estimate:
        return win_rate(self._fit(), place, against=against, level=self.options.level)

    def _controlled(self) -> Iterator[Result]:
        """Win rates at no difference in length."""
        for place, against in self._played():
            compute = partial(self.styled.rate, place, against, level=self.options.level)
            yield self._of(_CONTROLLED, self._attempt(compute), place, against)

    def _effects(self) -> Iterator[Result]:
        """What being shown first, or longer, or decorated, adds to the log-odds of winning."""
        model = self.styled.whole if self.outputs and self._lost is None else self.plain
        if isinstance(model, str):
            model = self.plain
        if isinstance(model, str):
            return
        for at, label in enumerate(model.results.labels):
            compute = partial(model.effect, at, level=self.options.level)
            yield replace(self._of("style_effect", self._attempt(compute)), design=label)

    def _attempt(self, compute: partial[Estimate]) -> Estimate:
        found = attempt(compute, n=self.met.points.size, method=_MODEL, level=self.options.level)
        return replace(found, method=self.met.marked(found.method)) if found.present else found

    def _of(self, name: str, estimate: Estimate, *places: int | None) -> Result:
        return Result(
            name=name,
            estimate=estimate,
            dimension=self.met.dimension,
            systems=tuple(self.met.names[place] for place in places if place is not None),
            raters=(self.met.raters,),
        )


@dataclass(frozen=True)
class _Styled:
    """The models with length, and with every feature of style that varies.

    Args:
        length: With length; or why there is none.
        whole: With all features; or why there is none.
    """

    length: Strengths | str
    whole: Strengths | str

    @classmethod
    def of(cls, met: Meetings, outputs: Sequence[Output], slots: Mapping[str, Floats]) -> _Styled:
        """Fit them to the votes on outputs that are known."""
        table = StyleTable.of(outputs, met.examples, met.names)
        rows = table.known(met.example, met.first, met.second)
        if not rows.size:
            why = "the outputs that were compared are not known"
            return cls(why, why)
        raw = table.differences(met.example[rows], met.first[rows], met.second[rows])
        features = {name: column[rows] for name, column in slots.items()}
        varying = {name: raw[name] for name in STYLES if np.any(raw[name])}
        styles = {name: scaled_feature(values) for name, values in varying.items()}
        if LENGTH not in styles:
            why = "the two outputs of every pair are equally long"
            return cls(why, why)

        def fit(wanted: Mapping[str, Floats]) -> Strengths | str:
            try:
                return bradley_terry(met.results({**features, **wanted}, rows))
            except InsufficientData as problem:
                return str(problem)

        return cls(fit({LENGTH: styles[LENGTH]}), fit(styles))

    def rate(self, place: int, against: int | None, *, level: float) -> Estimate:
        """The win rate at no difference in length.

        Raises:
            InsufficientData: There is no model.
        """
        if isinstance(self.length, str):
            raise InsufficientData(self.length)
        return win_rate(self.length, place, against=against, level=level)
