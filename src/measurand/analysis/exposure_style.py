"""Does the score hang on the phrasing of the set? Twins of style, beside trivial edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.exposure import Claim, Exposure, ExposureOptions, held, surely, worst_of
from measurand.analysis.exposure_arms import ORIGINAL, Arm, Arms, Fall, arms_of, lost_told
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric

__all__ = ["PLACEBO", "STYLE", "style_overfitting"]

STYLE, PLACEBO = "style", "placebo"
"""The arms in which the phrasing is another, and in which next to nothing is."""


def style_overfitting(
    ratings: Ratings,
    rubric: Rubric,
    *,
    arms: Mapping[str, Arm],
    examples: Mapping[str, Example],
    options: ExposureOptions | None = None,
    voting: Voting | None = None,
) -> Exposure:
    """Hold each system's score under trivial edits against that under another phrasing.

    What another phrasing costs beyond a trivial edit is no mere fragility. What it costs a system
    beyond the reference is not the difficulty of the wording either; without a reference a fall is
    told and not called overfitting.

    Args:
        ratings: Of all outputs; their example is the id under which a form was asked.
        rubric: Dimensions, scales and weights.
        arms: Of which example each id is which form.
        examples: The examples as they stand in the set.
        options: Level, margin, reference.
        voting: When judges block an output, and which rows are of one output.

    Raises:
        InsufficientData: Nothing was rated.
    """
    chosen = options or ExposureOptions()
    table = arms_of(ratings, rubric, arms=arms, examples=examples, options=chosen, voting=voting)
    systems = [name for name in table.systems if table.has(name, ORIGINAL, STYLE, PLACEBO)]
    falls = [_fall(table, name) for name in systems]
    error = 1 - chosen.level
    claims = surely([fall.more if fall.reference else None for fall in falls], error)
    verdicts = tuple(map(_verdict, falls, claims))
    findings = Findings(
        results=tuple(result for fall in falls for result in _results(fall)),
        verdicts=verdicts,
        limits=tuple(_limits(table, systems)),
    )
    return Exposure(
        test="style",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts) or "No system was asked all forms.",
        error=error / 2 if any(fall.reference for fall in falls) else 0.0,
        findings=findings,
        items=tuple(_items(table, systems)),
    )


def _fall(table: Arms, system: str) -> Fall:
    """What another phrasing costs a system beyond a trivial edit."""
    reference = table.against(system, ORIGINAL, STYLE, PLACEBO)
    return Fall(table, system, (PLACEBO, STYLE), reference)


def _verdict(fall: Fall, claim: Claim) -> Verdict:
    options, excess, beyond = fall.table.options, fall.own, fall.beyond
    rests_on = excess if beyond is None else beyond
    outcome = held(rests_on, sure=claim.sure, margin=options.margin)
    words = {
        "fail": f"{_FALLS}, more than that of {fall.reference}",
        "pass": _small(fall),
        "inconclusive": _open(fall, claim),
    }[outcome]
    told = [lost_told("beyond a trivial edit", excess)]
    if beyond is not None:
        told.append(lost_told(f"beyond {fall.reference}", beyond))
    return Verdict(
        name="style_overfitting",
        outcome=outcome,
        reason=f"{fall.system}: {words} ({'; '.join(told)}).",
        estimate=rests_on,
        bound=options.margin,
        systems=tuple(filter(None, (fall.system, fall.reference))),
    )


_FALLS = "the score falls when the phrasing is another"


def _small(fall: Fall) -> str:
    """What is smaller than the margin: what is lost, or what is lost more than by the reference."""
    points = f"the margin of {100 * fall.table.options.margin:g} points"
    if fall.reference is None or (fall.own.high or 0.0) < fall.table.options.margin:
        return f"what another phrasing costs is smaller than {points}"
    words = f"another phrasing costs it no more than {fall.reference}, by {points}"
    both = (fall, Fall(fall.table, fall.reference, fall.kinds, None))
    if all(one.falls(1 - fall.table.options.level) for one in both):
        words += ", and both lose by it: it is harder wording, or both are tuned to the set's"
    return words


def _open(fall: Fall, claim: Claim) -> str:
    """Why neither is shown."""
    if not fall.falls(1 - fall.table.options.level):
        return "whether another phrasing costs anything is not shown"
    if fall.reference is None:
        return (
            f"{_FALLS}; with no reference to hold it against nobody can tell overfitting from "
            "wording that is harder for all"
        )
    if claim.alone:
        return f"{_FALLS}, more than that of {fall.reference}{claim.caution}"
    return f"{_FALLS}, and that of {fall.reference} may fall as much"


def _results(fall: Fall) -> Iterator[Result]:
    table, system, level = fall.table, fall.system, fall.table.options.level
    for name, first, second in (
        ("style_gap", ORIGINAL, STYLE),
        ("placebo_gap", ORIGINAL, PLACEBO),
        ("style_excess", PLACEBO, STYLE),
    ):
        estimate = table.lost(system, (first, second), level=level)
        yield Result(name=name, estimate=estimate, dimension=OVERALL, systems=(system,))
    if fall.reference is not None and fall.beyond is not None:
        yield Result(
            name="style_excess_beyond_reference",
            estimate=fall.beyond,
            dimension=OVERALL,
            systems=(system, fall.reference),
        )
    for form, estimate in table.by_form(system, (PLACEBO, STYLE)):
        yield Result(
            name="style_excess",
            estimate=estimate,
            dimension=OVERALL,
            systems=(system,),
            design=form,
        )


def _items(table: Arms, systems: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The examples that another phrasing loses and a trivial edit does not."""
    found = []
    for system in systems:
        lost = table.values(system, (PLACEBO, STYLE))
        for name, value in zip(table.scores.examples, lost.tolist(), strict=True):
            if value > 0:
                form = table.forms.get((name, STYLE), "")
                found.append(
                    (value, name, f"{system} scores {100 * value:.0f} points less: {form}")
                )
    for _, name, told in sorted(found, key=lambda one: (-one[0], one[1], one[2])):
        yield name, told


def _limits(table: Arms, systems: Sequence[str]) -> Iterator[str]:
    if table.options.reference is None and systems:
        yield (
            "No reference system was asked the same: a fall under another phrasing is told and "
            "not called overfitting."
        )
    forms = [form for (_, kind), form in table.forms.items() if kind == STYLE]
    if forms:
        counts = {form: forms.count(form) for form in sorted(set(forms))}
        listed = ", ".join(f"{form} ({count:,})" for form, count in counts.items())
        yield f"The phrasings that were tried: {listed}."
