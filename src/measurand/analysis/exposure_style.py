"""Does the score hang on the phrasing of the set? Twins of style, beside trivial edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.exposure import Exposure, ExposureOptions, held, worst_of
from measurand.analysis.exposure_arms import ORIGINAL, Arm, Arms, arms_of, lost_told
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
    verdicts = tuple(_verdict(table, name) for name in systems)
    findings = Findings(
        results=tuple(result for name in systems for result in _results(table, name)),
        verdicts=verdicts,
        limits=tuple(_limits(table, systems)),
    )
    return Exposure(
        test="style",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts) or "No system was asked all forms.",
        findings=findings,
        items=tuple(_items(table, systems)),
    )


def _against(table: Arms, system: str) -> str | None:
    """The reference that a system is held against; None where there is none, or it is itself."""
    reference = table.options.reference
    if reference is None or reference == system:
        return None
    return reference if table.has(reference, ORIGINAL, STYLE, PLACEBO) else None


def _verdict(table: Arms, system: str) -> Verdict:
    options, reference = table.options, _against(table, system)
    pair = table.pair(system, (PLACEBO, STYLE))
    excess = pair.difference(options.level)
    outcome = held(excess, pair.p_value(), options)
    rests_on, beside = excess, ""
    if reference is not None:
        rests_on = table.beyond(system, (PLACEBO, STYLE))
        outcome = held(rests_on, None, options)
        beside = f"; {lost_told(f'beyond {reference}', rests_on)}"
    words = _WORDS[outcome].format(margin=f"{100 * options.margin:g}")
    if outcome == "fail" and reference is None:
        outcome, words = "inconclusive", _UNCONTROLLED
    return Verdict(
        name="style_overfitting",
        outcome=outcome,
        reason=f"{system}: {words} ({lost_told('beyond a trivial edit', excess)}{beside}).",
        estimate=rests_on,
        bound=options.margin,
        systems=(system,) if reference is None else (system, reference),
    )


_WORDS = {
    "fail": "the score falls when the phrasing is another, more than the reference's",
    "pass": "what another phrasing costs is smaller than the margin of {margin} points",
    "inconclusive": "whether another phrasing costs anything is not shown",
}
_UNCONTROLLED = (
    "the score falls when the phrasing is another; without a reference system nobody can tell "
    "overfitting from wording that is harder for all"
)


def _results(table: Arms, system: str) -> Iterator[Result]:
    level = table.options.level
    for name, first, second in (
        ("style_gap", ORIGINAL, STYLE),
        ("placebo_gap", ORIGINAL, PLACEBO),
        ("style_excess", PLACEBO, STYLE),
    ):
        estimate = table.pair(system, (first, second)).difference(level)
        yield Result(name=name, estimate=estimate, dimension=OVERALL, systems=(system,))
    if (reference := _against(table, system)) is not None:
        yield Result(
            name="style_excess_beyond_reference",
            estimate=table.beyond(system, (PLACEBO, STYLE)),
            dimension=OVERALL,
            systems=(system, reference),
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
