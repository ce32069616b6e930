"""How often a judge errs, what its scores save, and whether its calibration holds elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from measurand.analysis.correction import LEAST_LABELS, Correction
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.measure import on_scale
from measurand.analysis.result import Result, Verdict
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats.correlation import pearson
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.judged import JudgedSample
from measurand.stats.materiality import Materiality, decide_family, materiality
from measurand.stats.ppi import labels_saved
from measurand.stats.rogan_gladen import Counted, rogan_gladen
from measurand.stats.share import clustered_share
from measurand.stats.transport import line_gap

__all__ = ["Both", "Gap", "accuracy", "cross_check", "gap_between", "saved", "transport_verdicts"]


class Both(NamedTuple):
    """What people and a judge said of outputs that both rated, and the clusters of these."""

    labels: Floats
    judged: Floats
    clusters: Codes

    def sample(self) -> JudgedSample:
        """The same as a sample without further outputs.

        Raises:
            InsufficientData: Fewer than two outputs.
        """
        alone = len(np.unique(self.clusters)) == self.clusters.size
        clusters = None if alone else self.clusters
        return JudgedSample.of(self.labels, self.judged, (), clusters=clusters)


def accuracy(both: Both, *, level: float = LEVEL) -> Mapping[str, Estimate]:
    """``sensitivity``, the share of what people pass that the judge passes, and ``specificity``."""
    return {
        "sensitivity": _share(both, 1.0, level=level),
        "specificity": _share(both, 0.0, level=level),
    }


def _share(both: Both, label: float, *, level: float) -> Estimate:
    """How often the judge says what people say, where they say this."""
    of = both.labels == label
    if not of.any():
        told = "passed" if label else "failed"
        return Estimate.absent(f"people {told} none of these outputs", method="Wilson", level=level)
    agreed = (both.judged[of] == label).astype(np.float64)
    compute = partial(clustered_share, agreed, both.clusters[of], level=level)
    return attempt(compute, n=int(of.sum()), method="Wilson", level=level)


def cross_check(both: Both, alone: Floats, *, level: float = LEVEL) -> Estimate:
    """``rogan_gladen``: the share of yes by the judge's errors, on outputs that people left out.

    Args:
        both: What both rated.
        alone: What the judge said of the others.
        level: The confidence level.
    """
    yes, no = both.labels == 1, both.labels == 0
    hits, spares = both.judged[yes] == 1, both.judged[no] == 0
    compute = partial(
        rogan_gladen,
        Counted(int(alone.sum()), alone.size),
        sensitivity=Counted(int(hits.sum()), hits.size),
        specificity=Counted(int(spares.sum()), spares.size),
        level=level,
    )
    return attempt(compute, n=both.labels.size, method="Rogan-Gladen", level=level)


def saved(found: Correction, *, level: float = LEVEL) -> Estimate:
    """``labels_saved``: by how much the judge multiplies the labels of this mean."""
    sample = found.sample
    clusters = None if sample.codes is None else sample.codes[: sample.n]
    compute = partial(pearson, found.predictor, sample.labels, clusters=clusters, level=level)
    method = "effective labels over labels"
    return labels_saved(attempt(compute, n=sample.n, method=method, level=level), sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far a judge calibrated on other systems' outputs is off on those of one.

    Args:
        dimension: On which dimension.
        system: Of which system.
        scale: The dimension's scale.
        estimate: What people said less what was predicted, on the unit interval.
    """

    dimension: str
    system: str
    scale: Scale
    estimate: Estimate

    def result(self) -> Result:
        """``transport_gap``, told on the scale."""
        told = on_scale(self.estimate, self.scale, difference=True)
        return Result(
            name="transport_gap",
            estimate=told,
            dimension=self.dimension,
            systems=(self.system,),
        )


def gap_between(here: Both, elsewhere: Both, *, bounded: bool, level: float = LEVEL) -> Estimate:
    """The gap of one system's labels to a line fitted on those of all others."""
    n = here.labels.size
    absent = partial(Estimate.absent, n=n, method="line fitted elsewhere", level=level)
    if n < LEAST_LABELS:
        return absent(f"people rated only {n} of its outputs; {LEAST_LABELS} are the fewest")
    if elsewhere.labels.size < LEAST_LABELS:
        return absent(f"people rated only {elsewhere.labels.size} outputs of other systems")
    bounds = (-1.0, 1.0) if bounded else None
    try:
        return line_gap(here.sample(), elsewhere.sample(), bounds=bounds, level=level)
    except InsufficientData as problem:
        return absent(str(problem))


def transport_verdicts(
    gaps: Sequence[Gap], *, margin: float, level: float = LEVEL
) -> Iterator[Verdict]:
    """``transport`` by system and dimension, all together at the level (Holm).

    Args:
        gaps: On the unit interval.
        margin: How far off does not matter, on the unit interval.
        level: The confidence level.
    """
    alone = [materiality(gap.estimate, margin=margin) for gap in gaps]
    for gap, decided in zip(gaps, decide_family(alone, level=level), strict=True):
        outcome, reason = _told(gap, decided)
        yield Verdict(
            name="transport",
            outcome=outcome,
            reason=reason,
            estimate=gap.result().estimate,
            bound=margin * (gap.scale.width or 1.0),
            dimension=gap.dimension,
            systems=(gap.system,),
        )


def _told(gap: Gap, decided: Materiality) -> tuple[str, str]:
    """The outcome and its reason."""
    system, estimate = gap.system, gap.result().estimate
    what = "a judge calibrated on the other systems"
    if decided.outcome == "negligible":
        return "carries over", f"{what} is not off by more than the margin on {system}"
    if decided.outcome == "material":
        off = estimate.value or 0.0
        tends = "kind" if off < 0 else "strict"
        told = f"{what} is {abs(off):.2g} too {tends} on {system}, which needs labels of its own"
        return "does not carry over", told
    if not estimate.present:
        return "inconclusive", f"whether {what} holds on {system} is unknown: {estimate.reason}"
    told = f"whether {what} holds on {system} within the margin is open"
    if decided.n_needed:
        told += f"; about {max(decided.n_needed / estimate.n, 1.1):.2g} times the labels would tell"
    return "inconclusive", told
