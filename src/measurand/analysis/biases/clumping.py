"""Clumping: does a judge crowd its scores on fewer levels than a person does?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from measurand.analysis.biases.base import Bias, Setting, mean_of
from measurand.analysis.biases.panel import Panel
from measurand.analysis.matrix import Floats
from measurand.errors import InsufficientData
from measurand.stats.clumping import clumping
from measurand.stats.estimate import Estimate

__all__ = ["DESIGN", "MARGIN", "clumps"]

DESIGN = "favourite level"
MARGIN = 0.1
"""A share of scores: so much more of them on one level does not matter."""
_NAMES = ("entropy", "effective_levels", "modal_share", "tie_rate")
_NOBODY = "nobody rated these outputs, so how varied they are is not known"


def clumps(panel: Panel, setting: Setting) -> Iterator[Bias]:
    """How much more of one judgment in a row lies on the judge's favourite level than on people's.

    One judgment an output and one rating an output are compared, not means of several, which
    lie between levels. Where outputs are all alike, so are honest scores: without people there
    is a description and no verdict.
    """
    if panel.scale.binary or panel.span is None:
        return
    single = panel.repeats[:, 0]
    given = ~np.isnan(single)
    levels = _levels(panel)
    try:
        used = clumping(
            single[given], levels=levels, clusters=panel.clusters[given], level=setting.level
        )
    except InsufficientData:
        return
    yield Bias(
        name="clumping",
        design=DESIGN,
        judge=panel.judge,
        dimension=panel.dimension,
        what="beside a person's favourite level, the judge's holds",
        estimate=_beside_people(panel, single, mode=used.mode, setting=setting),
        margin=MARGIN if panel.rated else None,
        unit="share",
        only_above=True,
        df=max(len(np.unique(panel.clusters[given])) - 1, 1),
        more=tuple((name, getattr(used, name)) for name in _NAMES),
    )


def _beside_people(panel: Panel, single: Floats, *, mode: float, setting: Setting) -> Estimate:
    absent = partial(Estimate.absent, method="difference of shares", level=setting.level)
    if not panel.rated:
        return absent(_NOBODY, n=len(single))
    people = panel.people
    values, counts = np.unique(people[~np.isnan(people)], return_counts=True)
    favourite = float(values[np.argmax(counts)])
    rated = (~np.isnan(people)).any(axis=1) & ~np.isnan(single)
    given = ~np.isnan(people[rated])
    theirs = ((people[rated] == favourite) & given).sum(axis=1) / given.sum(axis=1)
    gap = (single[rated] == mode) - theirs
    found = mean_of(gap, panel.clusters[rated], bounds=(-1.0, 1.0), level=setting.level)
    return replace(found, method=f"difference of modal shares, {found.method}")


def _levels(panel: Panel) -> int | None:
    """How many levels a scale of whole numbers has."""
    scale = panel.scale
    if scale.metric != "ordinal" or scale.low is None or scale.high is None:
        return None
    return int(scale.high - scale.low) + 1
