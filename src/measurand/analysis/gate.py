"""May this change ship? One system held against another on the parts of a set that decide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from measurand.analysis.blocked_traffic import OF_TRAFFIC
from measurand.analysis.gate_items import item_of
from measurand.analysis.gate_limits import gate_limits
from measurand.analysis.gate_parts import Part, Scene
from measurand.analysis.gate_result import (
    GATE_OUTCOMES,
    GateItem,
    GateOutcome,
    GateResult,
    Waived,
)
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_verdicts import (
    all_verdicts,
    blocking_verdict,
    missing_verdict,
    trust_verdict,
)
from measurand.analysis.measure import OVERALL, on_scale
from measurand.analysis.pair_results import pair_results
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.weighing import weighed_otherwise
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.stats.proportion import wilson

__all__ = ["gate"]

_OUTCOMES: Mapping[str, GateOutcome] = {word: word for word in GATE_OUTCOMES}
_ORDER = {"fail": 0, "missing": 1, "flaky": 2, "waived": 3, "pass": 4}


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
        ``flaky_rate`` and ``blocking_rate``; the verdicts ``gate``, then
        ``gate: blocking``, ``gate: regressions`` and ``gate:`` with the part, each with estimate
        and bound.
    """
    scene = Scene(ratings, rubric, terms, examples or {}, tuple(outputs))
    parts = [scene.part(name) for name in terms.parts]
    items = (*(item for part in parts for item in part.items), *_lost(terms))
    verdicts = all_verdicts(_verdicts(parts, items, rubric, terms=terms), terms)
    waivers = tuple(_waived(items, terms))
    gaps = [gap for part in parts for gap in part.watched.gaps.values() if gap.provider]
    opinions = dict.fromkeys(pair.name for part in parts for pair in part.pairs if pair.opinion)
    seen = [(part.watched, part.units) for part in parts]
    weighed = dict.fromkeys(told for part in parts for told in _weighed(part, rubric))
    findings = Findings(
        results=tuple(_results(parts, terms)),
        verdicts=verdicts,
        limits=(
            *gate_limits(rubric, terms, seen, items=items, waivers=waivers, opinions=(*opinions,)),
            *weighed,
            *(told for part in parts for told in part.unsampled),
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


def _weighed(part: Part, rubric: Rubric) -> Iterator[str]:
    """Which of a part's examples are weighed otherwise than the rubric says."""
    for pair in part.pairs:
        if pair.name == OVERALL:
            yield from weighed_otherwise(pair.measure.scores, rubric)


def _verdicts(
    parts: Sequence[Part], items: Sequence[GateItem], rubric: Rubric, *, terms: GateTerms
) -> Iterator[Verdict | None]:
    blocks = [dimension.name for dimension in rubric if dimension.blocking]
    yield blocking_verdict([part.blocking for part in parts], blocks, terms)
    yield missing_verdict(items, rubric, terms)
    yield trust_verdict(terms)
    for part in parts:
        yield from part.verdicts


def _lost(terms: GateTerms) -> Iterator[GateItem]:
    """What was decided on and is not as it was: taking out what fails is no way to pass."""
    for loss in terms.lost:
        stamp = item_of(loss.name, loss.dimension, terms, part=loss.component)
        waiver = terms.waiver(loss.name, loss.dimension)
        if waiver is not None and not waiver.expired(terms.today):
            yield replace(stamp, outcome="waived", reason=loss.reason, waiver=waiver.told())
            continue
        file = terms.plan.waivers or "a file that the plan names under gate: waivers"
        how = f"a waiver of {loss.name} with dimension: {loss.dimension} in {file} lets it pass"
        yield replace(stamp, reason=f"{loss.reason}; {how}")


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


def _results(parts: Sequence[Part], terms: GateTerms) -> Iterator[Result]:
    for part in parts:
        name = part.watched.part
        for pair in part.pairs:
            yield from (replace(result, component=name) for result in pair_results(pair))
        yield from _means(part, terms)
        turned = part.turned
        if turned.held:
            rate = part.units.share(turned.names, turned.held, terms.level)
            yield Result(name="regression_rate", estimate=rate, systems=terms.pair, component=name)
        yield from _flaky(part, terms)
        if (share := part.blocking.share(terms.level)) is not None:
            yield Result(
                name="blocking_rate",
                estimate=share,
                systems=(terms.system,),
                dimension="blocking",
                component=name,
            )
        if (traffic := part.blocking.of_traffic(terms.level)) is not None:
            yield Result(
                name=OF_TRAFFIC,
                estimate=traffic,
                systems=(terms.system,),
                dimension="blocking",
                component=name,
            )


def _means(part: Part, terms: GateTerms) -> Iterator[Result]:
    """The mean of either system on each dimension that is compared."""
    for pair in part.pairs:
        if pair.name == OVERALL:
            continue
        for system, arm in zip(terms.pair, (pair.first, pair.second), strict=True):
            found = pair.measure.mean(
                arm, scale=pair.scale, clusters=pair.clusters, strata=pair.strata
            )
            yield Result(
                name="mean",
                estimate=on_scale(found, pair.scale),
                dimension=pair.name,
                systems=(system,),
                component=part.watched.part,
            )


def _flaky(part: Part, terms: GateTerms) -> Iterator[Result]:
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
