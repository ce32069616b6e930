"""May this change ship? One system held against another on the parts of a set that decide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from measurand.analysis.gate_items import (
    ItemMaker,
    Regressions,
    counted_alone,
    item_of,
    regressions,
)
from measurand.analysis.gate_limits import gate_limits
from measurand.analysis.gate_result import (
    GATE_OUTCOMES,
    GateItem,
    GateOutcome,
    GateResult,
    Waived,
)
from measurand.analysis.gate_table import Watched, watched
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_verdicts import (
    all_verdicts,
    blocking_verdict,
    difference_verdict,
    missing_verdict,
    regression_verdict,
    trust_verdict,
)
from measurand.analysis.groups import components_of
from measurand.analysis.measure import OVERALL, Measure, on_scale
from measurand.analysis.pair import Pair
from measurand.analysis.pair_results import pair_results
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.score import score
from measurand.core.example import Example
from measurand.core.gate import REMOVED
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.stats.proportion import clopper_pearson, wilson

__all__ = ["gate"]

_OUTCOMES: Mapping[str, GateOutcome] = {word: word for word in GATE_OUTCOMES}
_ORDER = {"fail": 0, "missing": 1, "flaky": 2, "waived": 3, "pass": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part of the set, decided."""

    watched: Watched
    turned: Regressions
    items: tuple[GateItem, ...]
    pairs: tuple[Pair, ...]
    verdicts: tuple[Verdict, ...]


def gate(
    ratings: Ratings,
    rubric: Rubric,
    terms: GateTerms,
    *,
    examples: Mapping[str, Example] | None = None,
    outputs: Sequence[Output] = (),
    hashes: Mapping[str, str] | None = None,
) -> GateResult:
    """Decide whether a system may ship.

    Nothing passes while anything is missing: an example without a result on a dimension that must
    have one, of either system; a part of the set without an example; an example that was decided
    on before and is gone.

    Args:
        ratings: The table, with both systems' rows.
        rubric: The dimensions, and which of them block.
        terms: By what it is decided.
        examples: The evaluation set, whose examples must have results; by default those that
            either system was rated on.
        outputs: What was answered, where it is known.
        hashes: Of what was decided on.

    Returns:
        Per part: ``difference`` with its interval, ``mean``, ``regression_rate`` and
        ``flaky_rate``; of everything ``blocking_rate``; the verdicts ``gate``, then
        ``gate: blocking``, ``gate: regressions`` and ``gate:`` with the part, each with estimate
        and bound.
    """
    scene = _Scene(ratings, rubric, terms, examples or {}, tuple(outputs))
    parts = [scene.part(name) for name in terms.parts]
    items = (*(item for part in parts for item in part.items), *_removed(terms))
    verdicts = all_verdicts(_verdicts(parts, items, terms), terms)
    waivers = tuple(_waived(items, terms))
    gaps = [gap for part in parts for gap in part.watched.gaps.values() if gap.provider]
    opinions = dict.fromkeys(pair.name for part in parts for pair in part.pairs if pair.opinion)
    seen = [part.watched for part in parts]
    findings = Findings(
        results=tuple(_results(parts, items, terms)),
        verdicts=verdicts,
        limits=tuple(
            gate_limits(rubric, terms, seen, items=items, waivers=waivers, opinions=(*opinions,))
        ),
    )
    return GateResult(
        findings=findings,
        items=tuple(sorted(items, key=lambda item: (_ORDER[item.outcome], not item.blocking))),
        waivers=waivers,
        hashes=dict(hashes or {}),
        system=terms.system,
        against=terms.baseline,
        outcome=_OUTCOMES[verdicts[0].outcome],
        broken=gaps[0].why if gaps else "",
    )


def _verdicts(
    parts: Sequence[_Part], items: Sequence[GateItem], terms: GateTerms
) -> Iterator[Verdict | None]:
    yield blocking_verdict(items, terms)
    yield missing_verdict(items, terms)
    yield trust_verdict(terms)
    for part in parts:
        yield from part.verdicts


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that a gate looks at."""

    ratings: Ratings
    rubric: Rubric
    terms: GateTerms
    known: Mapping[str, Example]
    outputs: tuple[Output, ...]

    def part(self, name: str | None) -> _Part:
        """One part: its items, what is compared on it, and what follows."""
        terms, examples = self.terms, self._examples(name)
        seen = watched(
            self.ratings, self.rubric, terms, part=name, examples=examples, outputs=self.outputs
        )
        turned = regressions(seen, terms)
        maker = ItemMaker(
            watched=seen,
            terms=terms,
            turned=turned,
            seconds=_seconds(self.outputs, terms.system),
            counts=True,
        )
        items = tuple(maker.items())
        waived = frozenset(item.example for item in items if item.outcome == "waived")
        pairs = tuple(self._pairs(seen, without=waived))
        verdicts: list[Verdict] = []
        if not examples:
            verdicts.append(_empty(name, terms))
        elif any(not d.blocking and d.scale.bounded for d in self.rubric):
            if counted_alone(name):
                verdicts.append(regression_verdict(items, turned, terms, part=name))
            verdicts += _differences(pairs, name, terms)
        failing = any(verdict.outcome == "fail" for verdict in verdicts)
        if not (counted_alone(name) or failing):
            items = tuple(replace(maker, counts=False).items())
        return _Part(
            watched=seen, turned=turned, items=items, pairs=pairs, verdicts=tuple(verdicts)
        )

    def _examples(self, part: str | None) -> tuple[str, ...]:
        """The examples that must have results."""
        if self.known:
            return tuple(k for k, one in self.known.items() if part in {None, one.component})
        rows = self.ratings.where(against=None, system=frozenset(self.terms.pair))
        names = tuple(str(cell) for cell in rows.distinct("example"))
        parts = components_of(rows, names, {})
        return tuple(name for name, own in zip(names, parts, strict=True) if part in {None, own})

    def _pairs(self, seen: Watched, *, without: frozenset[str]) -> Iterator[Pair]:
        """What is compared: the overall score, then each dimension; a single one by itself.

        Examples with a gap, and those of which a failure is waived, are left out.
        """
        terms = self.terms
        quality = {name for name, tried in seen.tried.items() if not tried.dimension.blocking}
        left = without | seen.lacking
        rows = seen.ratings.where(dimension=frozenset(seen.tried))
        kept = rows.filtered(rows["example"].mask(lambda name: name not in left))
        if not quality or not len(kept):
            return
        scores = score(
            kept,
            self.rubric,
            examples=self.known,
            systems=terms.pair,
            by=terms.by,
            voting=terms.blocking,
        )
        measure = Measure(scores, level=terms.level, resamples=terms.resamples, seed=terms.seed)
        margin = terms.plan.margin(seen.part, terms.margin)
        places = [place for place, one in enumerate(scores.dimensions) if one.name in quality]
        if len(places) > 1:
            yield Pair(measure, 0, 1, dimension=None, margin=margin)
        for place in places:
            yield Pair(measure, 0, 1, dimension=place, margin=margin)


def _differences(pairs: Sequence[Pair], part: str | None, terms: GateTerms) -> Iterator[Verdict]:
    """The first pair decides; a single dimension only where it is shown to be worse."""
    if not pairs:
        yield _nothing(part, terms)
        return
    yield difference_verdict(pairs[0], part, terms)
    rest = pairs[1:]
    for pair in rest:
        verdict = difference_verdict(pair, part, terms, tests=len(rest))
        if verdict.outcome == "fail":
            yield verdict


def _empty(part: str | None, terms: GateTerms) -> Verdict:
    what = f"the evaluation set has no {part} examples" if part else "there are no examples"
    return Verdict(
        name=f"gate: {part or 'examples'}",
        outcome="inconclusive",
        reason=f"{what}, so that nothing is decided on them",
        systems=terms.pair,
        component=part,
    )


def _nothing(part: str | None, terms: GateTerms) -> Verdict:
    verdict = _empty(part, terms)
    return replace(verdict, reason="no example has a result of both systems to compare")


def _removed(terms: GateTerms) -> Iterator[GateItem]:
    """Examples that are gone: taking out what fails is no way to pass."""
    for name, part in terms.removed.items():
        stamp = item_of(name, REMOVED, terms, part=part)
        why = "it was decided on before and is no longer in the evaluation set"
        waiver = terms.waiver(name, REMOVED)
        if waiver is not None and not waiver.expired(terms.today):
            yield replace(stamp, outcome="waived", reason=why, waiver=waiver.told())
        else:
            yield replace(stamp, reason=f"{why}; a waiver of the dimension {REMOVED} lets it pass")


def _waived(items: Sequence[GateItem], terms: GateTerms) -> Iterator[Waived]:
    used = {(item.example, item.dimension) for item in items if item.outcome == "waived"}
    for one in terms.waivers:
        yield Waived(
            example=one.example,
            dimension=one.dimension,
            owner=one.owner,
            reason=one.reason,
            expires=one.expires.isoformat(),
            expired=one.expired(terms.today),
            used=(one.example, one.dimension) in used,
            blocking=one.blocking,
        )


def _seconds(outputs: Sequence[Output], system: str) -> dict[str, float]:
    """How long the system took to answer each example, over all repeats."""
    found: dict[str, float] = {}
    for output in outputs:
        if output.system == system and output.seconds is not None:
            found[output.example] = found.get(output.example, 0.0) + output.seconds
    return found


def _results(
    parts: Sequence[_Part], items: Sequence[GateItem], terms: GateTerms
) -> Iterator[Result]:
    for part in parts:
        name = part.watched.part
        for pair in part.pairs:
            yield from (replace(result, component=name) for result in pair_results(pair))
        yield from _means(part, terms)
        turned = part.turned
        if turned.compared:
            counts = len(turned.names), len(turned.compared)
            rate = clopper_pearson(*counts, level=terms.level, side="upper")
            yield Result(name="regression_rate", estimate=rate, systems=terms.pair, component=name)
        yield from _flaky(part, terms)
    blocked: dict[str, bool] = {}
    for item in items:
        if item.blocking and item.outcome != "missing":
            blocked[item.example] = blocked.get(item.example, False) or item.outcome != "pass"
    if blocked:
        rate = clopper_pearson(sum(blocked.values()), len(blocked), level=terms.level, side="upper")
        yield Result(
            name="blocking_rate", estimate=rate, systems=(terms.system,), dimension="blocking"
        )


def _means(part: _Part, terms: GateTerms) -> Iterator[Result]:
    """The mean of either system on each dimension that is compared."""
    for pair in part.pairs:
        if pair.name == OVERALL:
            continue
        for system, arm in zip(terms.pair, (pair.first, pair.second), strict=True):
            found = pair.measure.mean(arm, scale=pair.scale, clusters=pair.clusters)
            yield Result(
                name="mean",
                estimate=on_scale(found, pair.scale),
                dimension=pair.name,
                systems=(system,),
                component=part.watched.part,
            )


def _flaky(part: _Part, terms: GateTerms) -> Iterator[Result]:
    """The share of examples whose repeats disagree: the baseline's own is the noise floor."""
    quality = [t for t in part.watched.tried.values() if not t.dimension.blocking]
    for side, system in enumerate(terms.pair):
        flaky: dict[int, bool] = {}
        for tried in quality:
            for row in part.watched.rows.values():
                passed, repeats = tried.counted(row, side)
                if repeats > 1:
                    flaky[row] = flaky.get(row, False) or 0 < passed < repeats
        if flaky:
            share = wilson(sum(flaky.values()), len(flaky), level=terms.level)
            yield Result(
                name="flaky_rate",
                estimate=share,
                systems=(system,),
                component=part.watched.part,
            )
