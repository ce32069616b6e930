"""The power of the comparison that is planned, by the number of examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from measurand.analysis.detect import (
    FIVE,
    SPREAD,
    USUAL,
    Case,
    Sought,
    assumed_pairs,
    assumed_scores,
    clustered,
)
from measurand.analysis.detect_measured import Measured
from measurand.analysis.detect_plan import Sizes
from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_shares import Paired
from measurand.analysis.power_told import curve
from measurand.analysis.rating_widths import ASSUMED
from measurand.analysis.result import Result
from measurand.core.rubric import Dimension, Rubric
from measurand.errors import MeasurandError
from measurand.stats.estimate import Estimate

__all__ = ["planned_power"]

_POINTS = 8


def planned_power(
    sizes: Sizes,
    rubric: Rubric,
    *,
    measured: Sequence[Measured],
    sought: Sought,
    difference: float = FIVE,
    about: Dimension | None = None,
) -> tuple[Result, ...]:
    """``power`` at sizes up to where the difference is found, and at that of core.

    Both systems answer the same examples, and differ as far as was measured; where nothing was,
    as far as is assumed.

    Args:
        sizes: Of the evaluation set.
        rubric: The dimensions.
        measured: Differences of two systems as rated so far, by dimension.
        sought: With which certainty.
        difference: To be found, as a share of the scale.
        about: On which dimension; by default on a yes/no one that was measured, else on what was
            measured first, else on any.

    Returns:
        One result a size; that of core, which names its component, has the range that few rated
        examples leave open.
    """
    case = _measured(sizes, measured, about, sought=sought)
    case = case or _assumed(sizes, rubric, about, sought=sought, difference=difference)
    question, core = case.ask(case.at[1]), sizes.components.get("core")
    n = core or sizes.total
    asked = PowerOptions(level=sought.level, power=sought.power)
    told = f"from {case.n:,} measured" if case.n else ASSUMED
    found = []
    for point in curve(question, difference, n, asked=asked, points=_POINTS):
        size = point.estimate.n
        method = f"to find {100 * difference:.3g} points; {point.estimate.method}; {told}"
        estimate = replace(point.estimate, method=method)
        here = size == core
        found.append(
            Result(
                name="power",
                estimate=_open(estimate, case, size, difference=difference) if here else estimate,
                dimension=case.dimension,
                systems=case.systems,
                component="core" if here else None,
                design=case.design,
            )
        )
    return tuple(found)


def _measured(
    sizes: Sizes, measured: Sequence[Measured], about: Dimension | None, *, sought: Sought
) -> Case | None:
    """In clusters where examples share some; None where nothing was measured that tells."""
    known = [one for one in measured if about is None or one.dimension == about.name]
    for one in sorted(known, key=lambda one: not one.yes_no):
        paired = [
            case
            for case in one.cases(sought, clusters=sizes.clusters)
            if case.design.startswith("paired")
        ]
        if paired:
            return paired[-1]
    return None


def _assumed(
    sizes: Sizes, rubric: Rubric, about: Dimension | None, *, sought: Sought, difference: float
) -> Case:
    """The usual one: on yes/no at least as far apart as the difference takes."""
    scales = [d.scale for d in ([about] if about is not None else rubric) if d.scale.bounded]
    if scales and not any(scale.binary for scale in scales):
        case = next(case for case in assumed_scores(sought) if case.at[1] == SPREAD)
        ask = partial(sizes.clusters.of_scores, SPREAD, sought=sought)
    else:
        share = max(USUAL, difference)
        case = next(case for case in assumed_pairs(sought) if case.at[1] == USUAL)
        if share > USUAL:
            design = f"yes/no, paired, differ on {share:.0%}"
            case = replace(case, design=design, at=(share, share, share))
        plain = Paired(discordance=share, level=sought.level, side=sought.side, rising=True)
        ask = partial(sizes.clusters.of_shares, plain)
    case = replace(case, dimension=None if about is None else about.name)
    return clustered(case, sizes.clusters, ask) if sizes.clusters else case


def _open(estimate: Estimate, case: Case, n: int, *, difference: float) -> Estimate:
    """With the range of what the one quantity leaves open."""
    try:
        ends = [case.ask(end).power_at(n, difference) for end in (case.at[0], case.at[2])]
    except MeasurandError:  # at an end nothing can be told
        ends = [0.0, 1.0]
    ends.append(estimate.value or 0.0)
    return replace(estimate, low=min(ends), high=max(ends))
