"""The parts of a set that a gate looks at: what became of their examples, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from measurand.analysis.composition import as_drawn, unequal_chances, unsampled_limits
from measurand.analysis.frame import Bools
from measurand.analysis.gate_difference import difference_verdict
from measurand.analysis.gate_items import ItemMaker
from measurand.analysis.gate_result import GateItem
from measurand.analysis.gate_table import Watched, watched
from measurand.analysis.gate_terms import GateTerms, counted_alone
from measurand.analysis.gate_turned import Regressions, regressions
from measurand.analysis.gate_units import Units, marks_of, units_of
from measurand.analysis.gate_verdicts import Blocking, regression_verdict
from measurand.analysis.groups import Drawn, components_of, joined_by
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Verdict
from measurand.analysis.score import Scores, score
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric

__all__ = ["Part", "Scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the set, decided."""

    watched: Watched
    units: Units
    turned: Regressions
    items: tuple[GateItem, ...]
    pairs: tuple[Pair, ...]
    verdicts: tuple[Verdict, ...]
    drawn: Mapping[str, Drawn] = field(default_factory=dict)

    @property
    def blocking(self) -> Blocking:
        """What is known of outputs that must never be."""
        return Blocking.of(self.watched, self.items, self.units, drawn=self.drawn)

    @property
    def unsampled(self) -> tuple[str, ...]:
        """What is told of examples of core that were not drawn, where others were."""
        if not self.pairs or self.pairs[0].measure.population is None:
            return ()
        return tuple(unsampled_limits(self.pairs[0].measure.scores))


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a gate looks at."""

    ratings: Ratings
    rubric: Rubric
    terms: GateTerms
    known: Mapping[str, Example]
    outputs: tuple[Output, ...]

    def part(self, name: str | None) -> Part:
        """One part: its items, what is compared on it, and what follows."""
        terms, examples = self.terms, self._examples(name)
        seen = watched(
            self.ratings, self.rubric, terms, part=name, examples=examples, outputs=self.outputs
        )
        units = units_of(seen.ratings, examples, self.known)
        turned = regressions(seen, terms)
        maker = ItemMaker(
            watched=seen,
            terms=terms,
            turned=turned,
            seconds=_seconds(self.outputs, terms.system),
            counts=True,
        )
        items = tuple(maker.items())
        waived = frozenset((i.example, i.dimension) for i in items if i.outcome == "waived")
        pairs = tuple(self._pairs(seen, without=waived))
        verdicts: list[Verdict] = []
        if not examples:
            verdicts.append(_empty(name, terms))
        elif any(not dimension.blocking for dimension in self.rubric):
            if counted_alone(name):
                verdicts.append(regression_verdict(turned, terms, part=name, units=units))
            verdicts += self._differences(pairs, name)
        failing = any(verdict.outcome == "fail" for verdict in verdicts)
        if not (counted_alone(name) or failing):
            items = tuple(replace(maker, counts=False).items())
        return Part(
            watched=seen,
            units=units,
            turned=turned,
            items=items,
            pairs=pairs,
            verdicts=tuple(verdicts),
            drawn=unequal_chances(examples, self.known),
        )

    def _examples(self, part: str | None) -> tuple[str, ...]:
        """The examples that must have results."""
        if self.known:
            return tuple(k for k, one in self.known.items() if part in {None, one.component})
        rows = self.ratings.where(against=None, system=frozenset(self.terms.pair))
        names = tuple(str(cell) for cell in rows.distinct("example"))
        parts = components_of(rows, names, {})
        return tuple(name for name, own in zip(names, parts, strict=True) if part in {None, own})

    def _pairs(self, seen: Watched, *, without: frozenset[tuple[str, str]]) -> Iterator[Pair]:
        """What is compared: the overall score, then each dimension; a single one by itself.

        Examples with a gap are left out. Of one whose failure is waived the dimension is, and all
        of it of the overall score.
        """
        terms = self.terms
        quality = {name for name, tried in seen.tried.items() if not tried.dimension.blocking}
        rows = seen.ratings.where(dimension=frozenset(seen.tried))
        kept = rows.filtered(rows["example"].mask(lambda name: name not in seen.lacking))
        if not quality or not len(kept):
            return
        scores = self._scores(kept)
        measure = Measure(
            scores,
            level=terms.level,
            resamples=terms.resamples,
            seed=terms.seed,
            population=as_drawn(scores),
        )
        margin = terms.plan.margin(seen.part, terms.margin)
        places = [place for place, one in enumerate(scores.dimensions) if one.name in quality]
        waived = {example for example, _ in without}
        if len(places) > 1:
            let = np.isin(scores.examples, [*waived])
            yield Pair(_left(measure, let, ()), 0, 1, dimension=None, margin=margin)
        for place in places:
            let = np.isin(
                scores.examples, [e for e, d in without if d == scores.dimensions[place].name]
            )
            yield Pair(_left(measure, let, (place,)), 0, 1, dimension=place, margin=margin)

    def _scores(self, rows: Ratings) -> Scores:
        """The scores of both systems; examples that ask the same are in one cluster."""
        terms = self.terms
        found = score(
            rows,
            self.rubric,
            examples=self.known,
            systems=terms.pair,
            by=terms.by,
            voting=terms.blocking,
        )
        marks = marks_of(found.examples, self.known)
        return replace(found, clusters=joined_by(found.clusters, marks))

    def _differences(self, pairs: Sequence[Pair], part: str | None) -> Iterator[Verdict]:
        """The first pair decides; a single dimension only where it is shown to be worse."""
        terms = self.terms
        if not pairs:
            yield self._nothing(part)
            return
        yield difference_verdict(pairs[0], part, terms)
        rest = pairs[1:]
        for pair in rest:
            verdict = difference_verdict(pair, part, terms, tests=len(rest))
            if verdict.outcome == "fail":
                yield verdict

    def _nothing(self, part: str | None) -> Verdict:
        """Nothing can be compared, which is no pass, and what to do about it."""
        verdict = _empty(part, self.terms)
        quality = [dimension for dimension in self.rubric if not dimension.blocking]
        why = "no example has a result of both systems to compare"
        if endless := [d.name for d in quality if not d.scale.bounded]:
            why = (
                f"{why} on a scale with bounds: give {', '.join(endless)} a scale with both ends, "
                "or let a check say yes or no"
            )
        return replace(verdict, reason=why)


def _empty(part: str | None, terms: GateTerms) -> Verdict:
    what = f"the evaluation set has no {part} examples" if part else "there are no examples"
    return Verdict(
        name=f"gate: {part or 'examples'}",
        outcome="inconclusive",
        reason=f"{what}, so that nothing is decided on them",
        systems=terms.pair,
        component=part,
    )


def _left(measure: Measure, which: Bools, places: Sequence[int]) -> Measure:
    """A measure without some examples: on these dimensions, or overall where none is named."""
    if not which.any():
        return measure
    scores = measure.scores
    values, overall = scores.values.copy(), scores.overall.copy()
    for place in places:
        values[which, :, place] = np.nan
    if not places:
        overall[which] = np.nan
    return replace(measure, scores=replace(scores, values=values, overall=overall))


def _seconds(outputs: Sequence[Output], system: str) -> dict[str, float]:
    """How long the system took to answer each example, over all repeats."""
    found: dict[str, float] = {}
    for output in outputs:
        if output.system == system and output.seconds is not None:
            found[output.example] = found.get(output.example, 0.0) + output.seconds
    return found
