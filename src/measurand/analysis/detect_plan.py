"""What the sizes of an evaluation set can detect and prove, component by component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from measurand.analysis.detect import (
    FIVE,
    GUIDE_SIZES,
    SPREAD,
    USUAL,
    Case,
    Clusters,
    Sought,
    assumed_pairs,
    assumed_scores,
    assumed_unpaired,
    clustered,
    detectable,
    held_below,
)
from measurand.analysis.detect_measured import OVERALL, Calibrated, Measured
from measurand.analysis.power_shares import Paired
from measurand.analysis.result import Findings, Result
from measurand.core.rubric import Rubric
from measurand.errors import InsufficientData
from measurand.stats.power_discordance import largest_discordance
from measurand.stats.power_parts import percent
from measurand.stats.proportion import clopper_pearson

__all__ = ["Sizes", "detect_findings", "one_of_many"]

_FEWEST = 10
"""Examples below which a component is not compared on by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large an evaluation set is.

    Args:
        components: Examples by component, those that are there.
        total: Examples in all.
        clusters: How examples share documents or conversations; by default none do.
        labels: Outputs of each system that people label, where those are a part of all.
        minimum: The least size of each component.
        comparisons: Comparisons of systems that the plan makes.
    """

    components: Mapping[str, int]
    total: int
    clusters: Clusters = field(default_factory=Clusters)
    labels: int | None = None
    minimum: Mapping[str, int] = field(default_factory=lambda: dict(GUIDE_SIZES))
    comparisons: int = 1

    def columns(self) -> Iterator[tuple[str | None, int]]:
        """Each component that can be compared on, then the whole set."""
        yield from ((name, n) for name, n in self.components.items() if n >= _FEWEST)
        if self.total not in self.components.values():
            yield None, self.total


def detect_findings(
    sizes: Sizes,
    rubric: Rubric,
    *,
    measured: Sequence[Measured] = (),
    calibrated: Mapping[str, Calibrated] | None = None,
    sought: Sought | None = None,
) -> Findings:
    """What the given sizes can detect, from ratings where there are some.

    Args:
        sizes: Of the evaluation set.
        rubric: The dimensions.
        measured: Differences of two systems as rated so far, by dimension.
        calibrated: What is known of the judge, by dimension.
        sought: With which certainty.

    Returns:
        ``detectable`` by ``dimension``, ``design`` and ``component``, and ``blocking_bound`` by
        component where a dimension blocks.
    """
    want, known = sought or Sought(), calibrated or {}
    cases = [
        case
        for one in measured
        for case in one.cases(
            want,
            clusters=sizes.clusters,
            calibrated=known.get(one.dimension),
            labels=sizes.labels,
        )
    ]
    cases += _assumed(sizes, rubric, cases, sought=want)
    columns = tuple(sizes.columns())
    results: list[Result] = [
        detectable(case, n, sought=want, component=component)
        for case in cases
        for component, n in columns
    ]
    if any(dimension.blocking for dimension in rubric):
        results += [held_below(n, name, want) for name, n in sizes.components.items()]
        results.append(held_below(sizes.total, None, want))
    return Findings(
        results=tuple(results), limits=tuple(_limits(sizes, rubric, measured, sought=want))
    )


def _assumed(
    sizes: Sizes, rubric: Rubric, cases: Sequence[Case], *, sought: Sought
) -> Iterator[Case]:
    """What is reckoned with where too little is rated."""
    told = {case.dimension for case in cases}
    missing = [d for d in rubric if d.name not in told and d.scale.bounded]
    yes_no = any(d.scale.binary for d in missing)
    if yes_no or not told:
        pairs = tuple(assumed_pairs(sought))
        yield from pairs
        yield from assumed_unpaired(sought)
        if sizes.clusters:
            usual = Paired(discordance=USUAL, level=sought.level, side=sought.side, rising=True)
            yield clustered(pairs[1], sizes.clusters, partial(sizes.clusters.of_shares, usual))
    if any(not d.scale.binary for d in missing):
        scores = tuple(assumed_scores(sought))
        yield from scores
        if sizes.clusters:
            ask = partial(sizes.clusters.of_scores, SPREAD, sought=sought)
            yield clustered(scores[1], sizes.clusters, ask)


def _limits(
    sizes: Sizes, rubric: Rubric, measured: Sequence[Measured], *, sought: Sought
) -> Iterator[str]:
    if measured:
        few = min(measured, key=lambda one: one.n)
        where = sorted({one.where for one in measured})
        yield (
            f"What was measured rests on {few.n:,} or more rated examples ({', '.join(where)}); "
            "ranges hold what that leaves open."
        )
    yield from _five_points(sizes, measured, sought)
    yield from one_of_many(sizes.comparisons)
    yield from _core(sizes)
    yield from _below(sizes, blocks=any(d.blocking for d in rubric), sought=sought)
    if any(one.judged and one.dimension != OVERALL for one in measured):
        yield (
            "Where a judge scores, these are differences in its opinion; differences in what "
            "people would say take labels, and their number is what counts then."
        )


def _five_points(sizes: Sizes, measured: Sequence[Measured], sought: Sought) -> Iterator[str]:
    """Where five points are detected, on yes/no."""
    n = sizes.total
    try:
        most = largest_discordance(
            n, FIVE, power=sought.power, level=sought.level, side=sought.side
        )
    except InsufficientData:
        usual = Paired(discordance=USUAL, level=sought.level, side=sought.side)
        yield (
            f"{n:,} examples do not detect 5 points on yes/no however seldom two systems differ; "
            f"where they differ on {USUAL:.0%} the power is {usual.power_at(n, FIVE):.0%}."
        )
        return
    text = (
        f"{n:,} examples detect 5 points on yes/no with a power of {percent(sought.power)} only "
        f"where both systems answer the same ones and differ on at most {most:.1%} of them"
    )
    differ = [
        f"{(one.values != 0).mean():.1%} on {one.dimension}" for one in measured if one.yes_no
    ]
    yield f"{text}; so far they differ on {', '.join(differ)}." if differ else f"{text}."


def one_of_many(comparisons: int) -> Iterator[str]:
    """That sizes are told for one comparison, where several are made."""
    if comparisons > 1:
        yield (
            f"All this is for one comparison of two systems. The plan makes {comparisons:,}, and "
            "compare adjusts for all of them, so that each finds less, about what measurand power "
            f"--comparisons {comparisons} tells."
        )


def _core(sizes: Sizes) -> Iterator[str]:
    core = sizes.components.get("core", 0)
    if core and core < sizes.total:
        yield (
            f"Only the {core:,} examples of core are a sample of production; what all "
            f"{sizes.total:,} show together holds for this evaluation set."
        )


def _below(sizes: Sizes, *, blocks: bool, sought: Sought) -> Iterator[str]:
    """What is below the least sizes, and what that means where failures block."""
    for name, least in sizes.minimum.items():
        n = sizes.components.get(name, 0)
        if not 0 < n < least:
            continue
        told = f"{name} has {n:,} examples, fewer than the {least:,} that the plan asks for"
        if blocks:
            now, then = (
                clopper_pearson(0, size, level=sought.level, side="upper").high or 1.0
                for size in (n, least)
            )
            told += f": no failure among them proves less than {now:.1%} instead of {then:.1%}"
        yield f"{told}."
    few = [
        f"{name} {sizes.components.get(name, 0):,} of {usual:,}"
        for name, usual in GUIDE_SIZES.items()
        if sizes.components.get(name, 0) < usual
    ]
    if few:
        yield f"Below the least sizes that are usually advised: {', '.join(few)}."
