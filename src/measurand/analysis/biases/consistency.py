"""Self-consistency: does a judge contradict itself more than people contradict each other?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from measurand.analysis.biases.base import Bias, Setting, mean_of
from measurand.analysis.biases.panel import Panel
from measurand.analysis.biases.probed import Arms
from measurand.analysis.matrix import Codes, Floats
from measurand.stats.estimate import Estimate
from measurand.stats.first_slot import flips

__all__ = ["REPEATS", "consistency_in_arms", "consistency_in_panel"]

REPEATS = "repeats"


def consistency_in_panel(panel: Panel, setting: Setting) -> Iterator[Bias]:
    """How far two judgments of one output lie apart, less how far two people do.

    A judge may be noisy without being biased; the measure is people, who are noisy as well.
    Without people, or without repeats, there is no verdict.
    """
    if panel.repeats.shape[1] < 2 or not _paired(panel.repeats).any():  # noqa: PLR2004
        return
    own, theirs = _apart(panel.repeats), _apart(panel.people)
    both = ~np.isnan(own) & ~np.isnan(theirs)
    span, level = panel.span, setting.level
    bounds = None if span is None else (-span, span)
    absent = Estimate.absent("no two people rated these outputs", method="differences", level=level)
    yield Bias(
        name="self-consistency",
        design=REPEATS,
        judge=panel.judge,
        dimension=panel.dimension,
        what="beside two people's ratings, two judgments of one output differ by",
        estimate=mean_of((own - theirs)[both], panel.clusters[both], bounds=bounds, level=level)
        if both.any()
        else absent,
        margin=setting.margin * span if both.any() and span is not None else None,
        unit="share" if panel.scale.binary else "points",
        df=max(len(np.unique(panel.clusters[both])) - 1, 1),
        only_above=True,
        more=(
            ("noise_floor", _floor(panel.repeats, panel.clusters, level)),
            *_differences(panel.clusters, own, theirs, bounds=bounds, level=level),
        ),
    )


def consistency_in_arms(arms: Arms, setting: Setting) -> Iterator[Bias]:
    """The noise of an audit's own repeats; people are no part of it, so there is no verdict."""
    keys = tuple(arms.base)
    found = arms.paired("base") if keys else None
    if found is None or not _paired(found.base).any():
        return
    span, level = arms.span, setting.level
    own = _apart(found.base)
    given = ~np.isnan(own)
    bounds = None if span is None else (0.0, span)
    yield Bias(
        name="self-consistency",
        design=f"{REPEATS} of the audit",
        judge=arms.judge,
        dimension=arms.dimension,
        mitigation=arms.mitigation,
        what="two judgments of one output differ by",
        estimate=mean_of(own[given], found.clusters[given], bounds=bounds, level=level),
        margin=None,
        unit="share" if arms.scale.binary else "points",
        more=(("noise_floor", _floor(found.base, found.clusters, level)),),
    )


def _floor(repeats: Floats, clusters: Codes, level: float) -> Estimate:
    """How often two judgments of the same output differ."""
    return flips(repeats, repeats[:, :0], clusters=clusters, level=level).floor


def _differences(
    clusters: Codes,
    own: Floats,
    theirs: Floats,
    *,
    bounds: tuple[float, float] | None,
    level: float,
) -> Iterator[tuple[str, Estimate]]:
    span = None if bounds is None else (0.0, bounds[1])
    for name, values in (("repeat_difference", own), ("people_difference", theirs)):
        given = ~np.isnan(values)
        if given.any():
            yield name, mean_of(values[given], clusters[given], bounds=span, level=level)


def _paired(table: Floats) -> Floats:
    return np.asarray((~np.isnan(table)).sum(axis=1) > 1)


def _apart(table: Floats) -> Floats:
    """The mean distance of two different cells of each row; NaN where there are no two."""
    ordered = np.sort(table, axis=1)  # NaN comes last
    counts = (~np.isnan(table)).sum(axis=1)
    place = np.arange(1, table.shape[1] + 1)
    # Of n sorted values, the i-th lies above i - 1 others and below n - i.
    sums = np.nansum(ordered * (2 * place - counts[:, None] - 1), axis=1)
    pairs = counts * (counts - 1) / 2
    found: Floats = np.divide(sums, pairs, out=np.full(len(table), np.nan), where=pairs > 0)
    return found
