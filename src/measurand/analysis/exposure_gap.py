"""Does the score fall when the same is asked in other words? Originals against their twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.exposure import Claim, Exposure, ExposureOptions, held, surely, worst_of
from measurand.analysis.exposure_arms import (
    ORIGINAL,
    Arm,
    Arms,
    Fall,
    arms_of,
    detectable,
    lost_told,
)
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric

__all__ = ["TWIN", "twin_gap"]

TWIN = "twin"
"""The arm in which examples are asked in other words."""

_KINDS = (ORIGINAL, TWIN)


def twin_gap(
    ratings: Ratings,
    rubric: Rubric,
    *,
    arms: Mapping[str, Arm],
    examples: Mapping[str, Example],
    options: ExposureOptions | None = None,
    voting: Voting | None = None,
) -> Exposure:
    """Hold each system's score on the originals against that on their twins.

    Of yes/no, mid-p McNemar and Tango's interval; else `sparse_mean`, by clusters where there are
    any. A gap fails where it is surely above 0, surely above that of the reference, and may exceed
    it by the margin; without a reference twins may only be harder, and a gap is told and fails
    nobody. It passes where it is surely below the margin, whatever the reference does.

    Args:
        ratings: Of all outputs; their example is the id under which a form was asked.
        rubric: Dimensions, scales and weights.
        arms: Of which example each id is the original or the twin.
        examples: The examples as they stand in the set.
        options: Level, margin, reference.
        voting: When judges block an output, and which rows are of one output.

    Raises:
        InsufficientData: Nothing was rated.
    """
    chosen = options or ExposureOptions()
    table = arms_of(ratings, rubric, arms=arms, examples=examples, options=chosen, voting=voting)
    systems = [name for name in table.systems if table.has(name, *_KINDS)]
    falls = [Fall(table, name, _KINDS, table.against(name, *_KINDS)) for name in systems]
    error = 1 - chosen.level
    claims = surely([fall.more if fall.reference else None for fall in falls], error)
    verdicts = tuple(map(_verdict, falls, claims))
    results = tuple(result for fall in falls for result in _results(fall))
    findings = Findings(results=results, verdicts=verdicts, limits=tuple(_limits(table, systems)))
    return Exposure(
        test="twins",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts) or "No system was asked both forms.",
        error=error / 2 if any(fall.reference for fall in falls) else 0.0,
        findings=findings,
        items=tuple(_items(table, systems)),
    )


def _verdict(fall: Fall, claim: Claim) -> Verdict:
    options, gap, beyond = fall.table.options, fall.own, fall.beyond
    outcome = held(gap, sure=claim.sure, margin=options.margin)
    words = {
        "fail": f"{_FALLS}, more than that of {fall.reference}",
        "pass": f"any fall is smaller than the margin of {100 * options.margin:g} points",
        "inconclusive": _open(fall, claim),
    }[outcome]
    told = [lost_told("gap", gap)]
    if (p_value := fall.p_value) is not None:
        told[0] += f", p = {p_value:.2g}"
    if beyond is not None:
        told.append(lost_told(f"beyond {fall.reference}", beyond))
    seen = detectable(fall.table.pair(fall.system, _KINDS), options.level)
    if seen.value is not None:
        told.append(f"{seen.n:,} pairs find a gap of {100 * seen.value:.1f} points with 80 % power")
    rests_on = gap if outcome == "pass" or beyond is None else beyond
    systems = (fall.system, fall.reference) if rests_on is beyond else (fall.system,)
    return Verdict(
        name="twin_gap",
        outcome=outcome,
        reason=f"{fall.system}: {words} ({'; '.join(told)}).",
        estimate=rests_on,
        bound=options.margin,
        systems=tuple(filter(None, systems)),
    )


_FALLS = "the score falls when the same is asked in other words"


def _open(fall: Fall, claim: Claim) -> str:
    """Why neither is shown."""
    if not fall.falls(1 - fall.table.options.level):
        return "neither a gap nor its absence is shown"
    if fall.reference is None:
        return (
            f"{_FALLS}; with no reference to hold it against nobody can tell memory from twins "
            "that are harder"
        )
    if claim.alone:
        return f"{_FALLS}, more than that of {fall.reference}{claim.caution}"
    return (
        f"{_FALLS}, and that of {fall.reference} may fall as much: twins may be harder, or both "
        "know the set"
    )


def _results(fall: Fall) -> Iterator[Result]:
    table, system, level = fall.table, fall.system, fall.table.options.level
    yield Result(name="twin_gap", estimate=fall.own, dimension=OVERALL, systems=(system,))
    yield Result(
        name="twin_gap_detectable",
        estimate=detectable(table.pair(system, _KINDS), level),
        dimension=OVERALL,
        systems=(system,),
    )
    if fall.reference is not None and fall.beyond is not None:
        yield Result(
            name="twin_gap_beyond_reference",
            estimate=fall.beyond,
            dimension=OVERALL,
            systems=(system, fall.reference),
        )
    if len(table.scores.dimensions) > 1:
        for place, dimension in enumerate(table.scores.dimensions):
            lost = table.lost(system, _KINDS, level=level, dimension=place)
            gap = table.pair(system, _KINDS, place).told(lost)
            yield Result(name="twin_gap", estimate=gap, dimension=dimension.name, systems=(system,))


def _items(table: Arms, systems: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The examples that are lost in other words, the largest loss first."""
    found = []
    for system in systems:
        lost = table.values(system, _KINDS)
        for name, value in zip(table.scores.examples, lost.tolist(), strict=True):
            if value > 0:
                found.append((value, name, system))
    for value, name, system in sorted(found, key=lambda one: (-one[0], one[1], one[2])):
        yield name, f"{system} scores {100 * value:.0f} points less in other words"


def _limits(table: Arms, systems: Sequence[str]) -> Iterator[str]:
    total = len(table.scores.examples)
    for system in systems:
        pairs = len(table.pair(system, _KINDS).first)
        if pairs < total:
            yield (
                f"{system}: {total - pairs:,} of {total:,} examples lack a score in one of the two "
                "forms and are left out of the gap."
            )
    if table.scores.overall_judged.any():
        yield (
            "A judge model scored both forms: its leniency cancels out in a gap, a taste for one "
            "wording does not."
        )
