"""Is a system better on what was there before its cut-off than on what came after?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from measurand.analysis.exposure import (
    Claim,
    Exposure,
    ExposureOptions,
    held,
    not_run,
    surely,
    worst_of,
)
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
    gaps = [
        _Gap(scores, name, _sides(days, split.cutoffs[name]), split.control) for name in systems
    ]
    error = 1 - chosen.level
    claims = surely([_claim(gap, chosen) if split.control else None for gap in gaps], error)
    results: list[Result] = []
    verdicts: list[Verdict] = []
    limits: dict[str, None] = {}
    for gap, claim in zip(gaps, claims, strict=True):
        told = gap.told(chosen.level)
        results += _results(gap, told)
        verdicts.append(_verdict(gap, told, claim, options=chosen))
        limits |= dict.fromkeys(_limits(gap.sides, split, gap.system))
    findings = Findings(results=tuple(results), verdicts=tuple(verdicts), limits=tuple(limits))
    return Exposure(
        test="date_split",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts),
        error=error / 2 if split.control and gaps else 0.0,
        findings=findings,
    )


def _sides(days: list[date | None], cutoff: date) -> _Sides:
    known = np.array([day is not None for day in days])
    before = np.array([day is not None and day <= cutoff for day in days])
    return _Sides(before, known)


@dataclass(frozen=True, slots=True)
class _Told:
    """Before less after: as it stands, within segments and components, and beyond the control."""

    plain: Estimate
    adjusted: Estimate
    beyond: Estimate | None
    detectable: Estimate

    @property
    def rests_on(self) -> Estimate:
        """On which the verdict rests."""
        if self.beyond is not None:
            return self.beyond
        return self.adjusted if self.adjusted.present else self.plain


@dataclass(frozen=True, slots=True)
class _Gap:
    """A system on items from before its cut-off and on later ones, with the control's."""

    scores: Scores
    system: str
    sides: _Sides
    control: str | None

    @property
    def counts(self) -> tuple[int, int]:
        """Items from before and from after."""
        before, known = self.sides.before, self.sides.known
        return int((before & known).sum()), int((~before & known).sum())

    def of(self, system: str) -> Floats:
        """The scores of a system."""
        return self.scores.overall[:, self.scores.systems.index(system)]

    def told(self, level: float) -> _Told:
        """What there is to tell."""
        values = self.of(self.system)
        plain = _difference(self.scores, values, self.sides, strata=False, level=level)
        adjusted = _difference(self.scores, values, self.sides, strata=True, level=level)
        seen = self.detectable(adjusted if adjusted.present else plain)
        return _Told(plain, adjusted, self.beyond(level), seen)

    def beyond(self, level: float) -> Estimate | None:
        """What is lost on new items beyond the control: a difference in differences."""
        if self.control is None:
            return None
        apart = self.of(self.system) - self.of(self.control)
        given = self.sides.known & ~np.isnan(apart)
        clusters = self.scores.clusters[given] if self.scores.clustered else None
        groups = Groups.of(apart[given], self.sides.before[given], clusters=clusters)
        compute = partial(group_difference, groups, bounds=(-1.0, 1.0), level=level)
        n = int(given.sum())
        return attempt(compute, n=n, method="difference in differences", level=level)

    def detectable(self, found: Estimate) -> Estimate:
        """What so many items could have shown, from how far down the interval reaches."""
        if found.value is None or found.low is None or found.low <= -1:
            why = found.reason or "the interval reaches to the end of the scale"
            return Estimate.absent(why, level=found.level)
        df = max(min(self._units()) - 1, 1)
        error = (found.value - found.low) / t_quantile((1 + found.level) / 2, df)
        try:
            return detectable_error(error, df, n=found.n, level=found.level)
        except InsufficientData as problem:
            return Estimate.absent(str(problem), level=found.level)

    def _units(self) -> tuple[int, int]:
        """Independent items, or clusters, on either side."""
        given = self.sides.known & ~np.isnan(self.of(self.system))
        homes = self.scores.clusters if self.scores.clustered else np.arange(len(given))
        before, after = (given & side for side in (self.sides.before, ~self.sides.before))
        return len(np.unique(homes[before])), len(np.unique(homes[after]))


def _claim(gap: _Gap, options: ExposureOptions) -> Callable[[float], bool]:
    """That a system loses more on new items than the control, at an error rate."""
    whole = gap.beyond(options.level)
    matters = whole is not None and (whole.high or 0.0) >= options.margin

    def claim(error: float) -> bool:
        found = gap.beyond(1 - error) if matters else None
        return found is not None and found.low is not None and found.low > 0

    return claim


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


def _results(gap: _Gap, told: _Told) -> Iterator[Result]:
    named = (
        ("date_gap", told.plain),
        ("date_gap_adjusted", told.adjusted),
        ("date_gap_detectable", told.detectable),
    )
    for name, estimate in named:
        yield Result(name=name, estimate=estimate, dimension=OVERALL, systems=(gap.system,))
    if told.beyond is not None and gap.control is not None:
        yield Result(
            name="date_gap_beyond_control",
            estimate=told.beyond,
            dimension=OVERALL,
            systems=(gap.system, gap.control),
        )


def _verdict(gap: _Gap, told: _Told, claim: Claim, *, options: ExposureOptions) -> Verdict:
    rests_on, alone = told.rests_on, told.beyond is None
    outcome = held(rests_on, sure=claim.sure, margin=options.margin)
    lead = "its lead on items from before its cut-off is more than their being easier"
    words = {
        "fail": lead,
        "pass": f"any advantage on old items is below {100 * options.margin:g} points",
        "inconclusive": "neither an advantage on old items nor its absence is shown",
    }[outcome]
    if outcome == "inconclusive" and alone and (rests_on.low or 0.0) > 0:
        words = "it is better on items from before its cut-off, which may only be easier"
    elif outcome == "inconclusive" and claim.alone:
        words = f"{lead}{claim.caution}"
    before, after = gap.counts
    what = "before less after" if alone else f"beyond {gap.control}"
    seen = told.detectable if alone else gap.detectable(rests_on)
    power = "" if seen.value is None else f"; {100 * seen.value:.1f} points found with 80 % power"
    return Verdict(
        name="date_split",
        outcome=outcome,
        reason=f"{gap.system}: {words} ({before:,} items before, {after:,} after; "
        f"{lost_told(what, rests_on)}{power}).",
        estimate=rests_on,
        bound=options.margin,
        systems=tuple(filter(None, (gap.system, None if alone else gap.control))),
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
