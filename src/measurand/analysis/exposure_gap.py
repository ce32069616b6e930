"""Does the score fall when the same is asked in other words? Originals against their twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.exposure import Exposure, ExposureOptions, held, worst_of
from measurand.analysis.exposure_arms import ORIGINAL, Arm, Arms, arms_of, detectable, lost_told
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

    Of yes/no, mid-p McNemar and Tango's interval; of grades, t; CR1 where examples are clustered.
    A gap fails where it is surely above 0 and may reach the margin; it passes where it is surely
    below the margin.

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
    verdicts = tuple(_verdict(table, name) for name in systems)
    results = tuple(result for name in systems for result in _results(table, name))
    findings = Findings(results=results, verdicts=verdicts, limits=tuple(_limits(table, systems)))
    return Exposure(
        test="twins",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts) or "No system was asked both forms.",
        findings=findings,
        items=tuple(_items(table, systems)),
    )


def _verdict(table: Arms, system: str) -> Verdict:
    options, pair = table.options, table.pair(system, _KINDS)
    gap, p_value = pair.difference(options.level), pair.p_value()
    outcome = held(gap, p_value, options)
    seen = detectable(pair, options.level)
    power = (
        f"; {seen.n:,} pairs find a gap of {100 * seen.value:.1f} points with 80 % power"
        if seen.value is not None
        else ""
    )
    words = {
        "fail": "the score falls when the same is asked in other words",
        "pass": f"any fall is smaller than the margin of {100 * options.margin:g} points",
        "inconclusive": "neither a gap nor its absence is shown",
    }[outcome]
    test = f", p = {p_value:.2g}" if gap.present else ""
    return Verdict(
        name="twin_gap",
        outcome=outcome,
        reason=f"{system}: {words} ({lost_told('gap', gap)}{test}{power}).",
        estimate=gap,
        bound=options.margin,
        systems=(system,),
    )


def _against(table: Arms, system: str) -> str | None:
    """The reference that a system is held against; None where there is none, or it is itself."""
    reference = table.options.reference
    if reference is None or reference == system:
        return None
    return reference if table.has(reference, *_KINDS) else None


def _results(table: Arms, system: str) -> Iterator[Result]:
    options, whole = table.options, table.pair(system, _KINDS)
    yield Result(
        name="twin_gap",
        estimate=whole.difference(options.level),
        dimension=OVERALL,
        systems=(system,),
    )
    yield Result(
        name="twin_gap_detectable",
        estimate=detectable(whole, options.level),
        dimension=OVERALL,
        systems=(system,),
    )
    if _against(table, system) is not None:
        yield Result(
            name="twin_gap_beyond_reference",
            estimate=table.beyond(system, _KINDS),
            dimension=OVERALL,
            systems=(system, str(options.reference)),
        )
    if len(table.scores.dimensions) > 1:
        for place, dimension in enumerate(table.scores.dimensions):
            pair = table.pair(system, _KINDS, place)
            gap = pair.told(pair.difference(options.level))
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
