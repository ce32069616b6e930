"""Leniency: does a judge give more than people do?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from measurand.analysis.biases.base import Bias, Setting, mean_of
from measurand.analysis.biases.panel import Panel
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.share import clustered_share

__all__ = ["DESIGN", "leniency"]

DESIGN = "beside people"
_HALF = 0.5


def leniency(panel: Panel, setting: Setting) -> Iterator[Bias]:
    """The judge's mean less people's on the same outputs; of yes/no also where they part.

    A judge may pass nearly all that is good and most that is bad: `sensitivity` is the share of
    outputs that it passes of those most people pass, `specificity` what it fails of those most
    people fail. Ties of people count for neither.
    """
    votes, scores = panel.votes, panel.scores
    both = ~np.isnan(votes) & ~np.isnan(scores)
    if not both.any():
        return
    span, gap = panel.span, (scores - votes)[both]
    yield Bias(
        name="leniency",
        design=DESIGN,
        judge=panel.judge,
        dimension=panel.dimension,
        what="beside people's mean, the judge's is",
        estimate=mean_of(
            gap,
            panel.clusters[both],
            bounds=None if span is None else (-span, span),
            level=setting.level,
        ),
        margin=None if span is None else setting.margin * span,
        unit="share" if panel.scale.binary else "points",
        df=max(len(np.unique(panel.clusters[both])) - 1, 1),
        more=tuple(_rates(panel, setting)) if panel.scale.binary else (),
    )


def _rates(panel: Panel, setting: Setting) -> Iterator[tuple[str, Estimate]]:
    votes, said = panel.votes, panel.scores
    for name, truth, wanted in (
        ("sensitivity", votes > _HALF, said > _HALF),
        ("specificity", votes < _HALF, said < _HALF),
    ):
        rows = truth & ~np.isnan(said) & (said != _HALF)
        compute = partial(
            clustered_share,
            wanted[rows].astype(np.float64),
            panel.clusters[rows],
            level=setting.level,
        )
        yield name, attempt(compute, n=int(rows.sum()), method="Wilson", level=setting.level)
