"""What the decision of a gate cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.gate_result import GateItem, Waived
from measurand.analysis.gate_table import Watched
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_units import Units
from measurand.analysis.gate_verdicts import listed
from measurand.core.gate import REGRESSION
from measurand.core.rubric import Rubric

__all__ = ["gate_limits"]


def gate_limits(
    rubric: Rubric,
    terms: GateTerms,
    seen: Sequence[tuple[Watched, Units]],
    *,
    items: Sequence[GateItem],
    waivers: Sequence[Waived],
    opinions: Sequence[str] = (),
) -> Iterator[str]:
    """The sentences, computed from what they limit."""
    parts = [part for part, _ in seen]
    yield from _left_out(rubric, parts)
    yield from _silent(rubric, parts)
    yield from _together(seen)
    if not any(dimension.blocking for dimension in rubric):
        yield "No dimension blocks: nothing was looked at as what must never happen."
    yield from _waivers(waivers)
    if opinions:
        yield (
            f"Differences in {', '.join(opinions)} are a judge's opinion: no person rated enough "
            "of these outputs to correct it."
        )
    flaky = list(dict.fromkeys(item.example for item in items if item.outcome == "flaky"))
    if flaky:
        are = (
            "1 example is flaky, as its"
            if len(flaky) == 1
            else f"{len(flaky):,} examples are flaky, as their"
        )
        yield (
            f"{are} repeats disagree: {listed(flaky)}. All repeats that were asked count; none is "
            "asked again until it passes."
        )
    if any(len(item.repeats) and len(item.repeats) % 2 == 0 for item in items):
        yield (
            "An even number of repeats can be tied, which confirms nothing: an odd number, as "
            "gate: {repeats: 3}, decides more often."
        )
    if not any(len(item.repeats) > 1 for item in items):
        yield (
            "Each example was tried once: nothing is known of noise, and a failure counts as it "
            "stands. gate: {repeats: 3} tells flaky examples from failing ones."
        )
    if REGRESSION in terms.parts:
        yield (
            "Regression examples are no sample of production: they say whether what was mended "
            "stays so, not how good the system is."
        )


def _left_out(rubric: Rubric, seen: Sequence[Watched]) -> Iterator[str]:
    tried = {name for part in seen for name in part.tried}
    gone = {dimension for part in seen for _, dimension, _ in part.gaps}
    out = [d.name for d in rubric if d.name not in tried | gone]
    if out and seen:
        yield (
            f"Not looked at, as neither code nor a judge rates them output by output on a scale "
            f"with bounds, and no person has: {', '.join(out)}."
        )


def _silent(rubric: Rubric, parts: Sequence[Watched]) -> Iterator[str]:
    """Examples of which a check says nothing count neither for nor against."""
    for dimension in rubric:
        names = [name for part in parts for name in part.silent(dimension.name)]
        if names:
            some = "1 example" if len(names) == 1 else f"{len(names):,} examples"
            yield (
                f"{dimension.name} gave no value of {some} ({listed(names)}), as where a check "
                "does not apply; they count neither for nor against."
            )


def _together(seen: Sequence[tuple[Watched, Units]]) -> Iterator[str]:
    """Examples that are not independent say less than their number."""
    copies = [name for _, units in seen for name in units.copies]
    if copies:
        some = "1 example asks" if len(copies) == 1 else f"{len(copies):,} examples ask"
        yield (
            f"{some} the same as another ({listed(copies)}) and count together with it. Copies "
            "that are worded differently are not known."
        )
    if any(units.count(units.codes) < len(units.codes) for _, units in seen):
        yield (
            "Examples in clusters count as one in every bound; where repeats are held against "
            "chance, they are taken as independent."
        )


def _waivers(waivers: Sequence[Waived]) -> Iterator[str]:
    for one in waivers:
        what = f"The waiver of {one.example} on {one.dimension} ({one.owner}: {one.reason})"
        if one.expired:
            yield f"{what} expired on {one.expires} (UTC) and waives nothing."
        elif not one.used:
            yield f"{what} was not used; take it out where it is needed no more."
        elif one.blocking:
            yield f"{what} lets a BLOCKING failure pass until {one.expires}."
    used = sum(one.used for one in waivers)
    if used:
        yield f"{used:,} of {len(waivers):,} waivers were used; without them it would not pass."
