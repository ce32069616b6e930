"""Verbosity from recorded data: what length adds to a score at equal quality."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from measurand.analysis.biases.base import Bias, Setting
from measurand.analysis.biases.panel import Panel
from measurand.analysis.biases.probed import Key
from measurand.analysis.matrix import Floats
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.instrument import instrumented_slope

__all__ = ["DESIGN", "length_slope", "standardised"]

DESIGN = "length at equal quality"
_WHAT = (
    "an output that is longer by one standard deviation (of log words) scores, at equal quality,"
)


def length_slope(panel: Panel, words: Mapping[Key, float], setting: Setting) -> Iterator[Bias]:
    """By how much the score rises per standard deviation of log length, people held constant.

    Each person in turn stands for quality, instrumented by the others; plain least squares on
    their mean would find a bias wherever longer outputs are better.
    """
    if not words:
        return
    lengths = [words.get(key, 0.0) for key in panel.outputs]
    feature = standardised(np.asarray([math.log(n) if n > 0 else np.nan for n in lengths]))
    span = panel.span
    compute = partial(
        instrumented_slope,
        panel.scores,
        panel.people,
        feature,
        clusters=panel.clusters,
        level=setting.level,
    )
    estimate = _answer(panel, compute, setting)
    known = ~np.isnan(feature) & ((~np.isnan(panel.people)).sum(axis=1) > 1)
    yield Bias(
        name="verbosity",
        design=DESIGN,
        judge=panel.judge,
        dimension=panel.dimension,
        what=_WHAT,
        estimate=estimate,
        margin=None if span is None else setting.margin * span,
        unit="share" if panel.scale.binary else "points",
        df=max(len(np.unique(panel.clusters[known])) - 1, 1),
    )


def standardised(feature: Floats) -> Floats:
    """With mean 0 and standard deviation 1; as it is where it does not vary."""
    given = feature[~np.isnan(feature)]
    spread = float(given.std()) if given.size else 0.0
    return np.asarray((feature - given.mean()) / spread) if spread > 0 else feature


def _answer(panel: Panel, compute: partial[Estimate], setting: Setting) -> Estimate:
    n = len(panel.scores)
    if not panel.rated:
        why = "no person rated these outputs, so quality cannot be held constant: use probes"
        return Estimate.absent(why, n=n, method="two-stage least squares", level=setting.level)
    return attempt(compute, n=n, method="two-stage least squares", level=setting.level)
