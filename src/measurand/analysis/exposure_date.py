"""Is a system better on what was there before its cut-off than on what came after?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from measurand.analysis.exposure import Exposure, ExposureOptions, held, not_run, worst_of
from measurand.analysis.exposure_arms import lost_told
from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.score import Scores
from measurand.core.example import Example
from measurand.errors import InsufficientData, UsageError
from measurand.stats.detectable import detectable_error
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.quantiles import t_quantile
from measurand.stats.unpaired import Groups, group_difference, newcombe_difference

__all__ = ["DateSplit", "date_split", "day_of"]

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Sides:
    """Which examples are from before and which from after.

    Args:
        before: Shape (examples,).
        known: Whether the date is known, shape (examples,).
    """

    before: Bools
    known: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSplit:
    """When each system's knowledge ends.

    Args:
        cutoffs: By system.
        control: A system whose cut-off is later than all items, or than the others'; what it loses
            on new items is their difficulty.
    """

    cutoffs: Mapping[str, date]
    control: str | None = None


def day_of(text: str | None) -> date | None:
    """The day of an ISO 8601 date or time; None where it is none."""
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return None


def date_split(
    scores: Scores,
    examples: Mapping[str, Example],
    split: DateSplit,
    *,
    options: ExposureOptions | None = None,
) -> Exposure:
    """Hold each system's score on items from before its cut-off against that on later ones.

    Without a control, a fall may be harder items: it is told, and decided on only where it is
    surely smaller than the margin.

    Args:
        scores: The weighted scores.
        examples: When each item was made.
        split: The cut-offs, and the control.
        options: Level and margin.

    Raises:
        UsageError: A system is named that has no score, or the control's cut-off is not later.
    """
    chosen = options or ExposureOptions()
    systems = [name for name in split.cutoffs if name != split.control]
    for name in (*split.cutoffs, *filter(None, [split.control])):
        if name not in scores.systems:
            raise UsageError(f"{name} has no scores; those that have: {', '.join(scores.systems)}")
    days = [day_of(e.created) if (e := examples.get(name)) else None for name in scores.examples]
    if not any(days):
        return not_run("date_split", "No example says when it was created.")
    results: list[Result] = []
    verdicts: list[Verdict] = []
    limits: dict[str, None] = {}
    for name in systems:
        sides = _sides(days, split.cutoffs[name])
        counts = int((sides.before & sides.known).sum()), int((~sides.before & sides.known).sum())
        own = _told(scores, name, sides, level=chosen.level)
        beyond = _beyond(scores, name, sides, control=split.control, level=chosen.level)
        results += _results(name, own, beyond, control=split.control)
        verdicts.append(
            _verdict(name, own, beyond, counts=counts, options=chosen, control=split.control)
        )
        limits |= dict.fromkeys(_limits(sides, split, name))
    findings = Findings(results=tuple(results), verdicts=tuple(verdicts), limits=tuple(limits))
    return Exposure(
        test="date_split",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts),
        findings=findings,
    )


def _sides(days: list[date | None], cutoff: date) -> _Sides:
    known = np.array([day is not None for day in days])
    before = np.array([day is not None and day <= cutoff for day in days])
    return _Sides(before, known)


@dataclass(frozen=True, slots=True)
class _Own:
    """A system before less after: as it stands, and within segments and components."""

    plain: Estimate
    adjusted: Estimate
    detectable: Estimate


def _told(scores: Scores, system: str, sides: _Sides, *, level: float) -> _Own:
    values = scores.overall[:, scores.systems.index(system)]
    plain = _difference(scores, values, sides, strata=False, level=level)
    adjusted = _difference(scores, values, sides, strata=True, level=level)
    return _Own(plain, adjusted, _detectable(adjusted if adjusted.present else plain))


def _difference(
    scores: Scores, values: Floats, sides: _Sides, *, strata: bool, level: float
) -> Estimate:
    """Before less after; Newcombe for yes/no without strata and clusters, else Welch."""
    given = sides.known & ~np.isnan(values)
    own, before = values[given], sides.before[given]
    clusters = scores.clusters[given] if scores.clustered else None
    homes = [
        f"{component}|{'|'.join(sorted(segments))}"
        for component, segments in zip(scores.components, scores.segments, strict=True)
    ]
    chosen = np.array(homes)[given] if strata else None
    counts = int(before.sum()), int((~before).sum())
    n = int(given.sum())
    if min(counts) < _FEWEST:
        why = f"{counts[0]} items from before and {counts[1]} from after have a score"
        return Estimate.absent(why, n=n, method="Welch", level=level)
    if not strata and clusters is None and np.isin(own, (0, 1)).all():
        hits = int(own[before].sum()), int(own[~before].sum())
        return newcombe_difference((hits[0], counts[0]), (hits[1], counts[1]), level=level)
    groups = Groups.of(own, before, strata=chosen, clusters=clusters)
    bounds = (0.0, 1.0)
    compute = partial(group_difference, groups, bounds=bounds, level=level)
    return attempt(compute, n=n, method="Welch", level=level)


def _beyond(
    scores: Scores, system: str, sides: _Sides, *, control: str | None, level: float
) -> Estimate | None:
    """What a system loses on new items beyond the control: a difference in differences."""
    if control is None:
        return None
    first, second = (scores.overall[:, scores.systems.index(name)] for name in (system, control))
    apart = first - second
    given = sides.known & ~np.isnan(apart)
    clusters = scores.clusters[given] if scores.clustered else None
    groups = Groups.of(apart[given], sides.before[given], clusters=clusters)
    compute = partial(group_difference, groups, bounds=(-1.0, 1.0), level=level)
    return attempt(compute, n=int(given.sum()), method="difference in differences", level=level)


def _detectable(found: Estimate) -> Estimate:
    """What so many items could have shown, from the width of the interval."""
    if found.low is None or found.high is None:
        return Estimate.absent(found.reason or "there is no difference", level=found.level)
    df = max(found.n - _FEWEST, 1)
    error = (found.high - found.low) / 2 / t_quantile((1 + found.level) / 2, df)
    try:
        return detectable_error(error, df, n=found.n, level=found.level)
    except InsufficientData as problem:
        return Estimate.absent(str(problem), level=found.level)


def _results(
    system: str, own: _Own, beyond: Estimate | None, *, control: str | None
) -> Iterator[Result]:
    named = (
        ("date_gap", own.plain),
        ("date_gap_adjusted", own.adjusted),
        ("date_gap_detectable", own.detectable),
    )
    for name, estimate in named:
        yield Result(name=name, estimate=estimate, dimension=OVERALL, systems=(system,))
    if beyond is not None and control is not None:
        yield Result(
            name="date_gap_beyond_control",
            estimate=beyond,
            dimension=OVERALL,
            systems=(system, control),
        )


def _verdict(
    system: str,
    own: _Own,
    beyond: Estimate | None,
    *,
    counts: tuple[int, int],
    options: ExposureOptions,
    control: str | None,
) -> Verdict:
    rests_on = beyond if beyond is not None else own.adjusted if own.adjusted.present else own.plain
    outcome = held(rests_on, None, options)
    words = {
        "fail": "its lead on items from before its cut-off is more than their being easier",
        "pass": f"any advantage on old items is below {100 * options.margin:g} points",
        "inconclusive": "neither an advantage on old items nor its absence is shown",
    }[outcome]
    if outcome == "fail" and beyond is None:
        outcome = "inconclusive"
        words = "it is better on items from before its cut-off, which may only be easier"
    what = f"beyond {control}" if beyond is not None else "before less after"
    seen = own.detectable if beyond is None else _detectable(beyond)
    power = "" if seen.value is None else f"; {100 * seen.value:.1f} points found with 80 % power"
    return Verdict(
        name="date_split",
        outcome=outcome,
        reason=f"{system}: {words} ({counts[0]:,} items before, {counts[1]:,} after; "
        f"{lost_told(what, rests_on)}{power}).",
        estimate=rests_on,
        bound=options.margin,
        systems=(system,) if beyond is None or control is None else (system, control),
    )


def _limits(sides: _Sides, split: DateSplit, system: str) -> Iterator[str]:
    if unknown := int((~sides.known).sum()):
        yield f"{unknown:,} examples do not say when they were created, and are of neither side."
    if split.control is None:
        yield (
            "No control system with a later cut-off: harder new items look the same as "
            "contamination, so that no fall is called a failure."
        )
    elif (later := split.cutoffs.get(split.control)) and later <= split.cutoffs[system]:
        yield (
            f"The cut-off of the control {split.control} is not later than that of {system}: it "
            "may have seen the same items, and then hides what is looked for."
        )
