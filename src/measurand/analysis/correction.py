"""One mean of a judge's scores, corrected by what people said of a part of the outputs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.result import OPINION
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.ppi import linear_ppi
from measurand.stats.strata import dirichlet_strata, jeffreys_strata, stratum_cut

__all__ = ["LEAST_LABELS", "Correction", "as_opinion", "correct", "sample_of", "unequal"]

LEAST_LABELS = 10
"""Fewer labels than this correct nothing; intervals were tried from here on."""

_FEW_LEVELS = 3
_COCHRAN = 25
_MOST_LEVELS = 21
_WHY = "the interval is that of the judge's opinion, not of how good the outputs are"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A corrected mean, and what it was made of.

    Args:
        estimate: On the unit interval where the scale is bounded.
        sample: Labels and judgments.
        predictor: What of the judge was used for each labelled output: its score, or its stratum.
    """

    estimate: Estimate
    sample: JudgedSample
    predictor: Floats


def as_opinion(estimate: Estimate) -> Estimate:
    """An estimate from a judge alone, told as what it is: the judge's opinion."""
    reason = estimate.reason
    if estimate.present:
        reason = _WHY if reason is None else f"{_WHY}; {reason}"
    return replace(estimate, method=f"{estimate.method}{OPINION}", reason=reason)


def correct(
    sample: JudgedSample, *, scale: Scale, level: float = LEVEL, seed: int = 0
) -> Correction:
    """The mean of what people would say of all outputs.

    On yes/no by `jeffreys_strata`. Of grades by `dirichlet_strata` where labels are too skewed for
    their number, or take three values at most; else by `linear_ppi`.

    Args:
        sample: Labels and judgments, on the unit interval where the scale is bounded.
        scale: The dimension's scale.
        level: The confidence level.
        seed: Of the draws and folds.

    Raises:
        InsufficientData: Too few labels, or as for the estimator.
    """
    if sample.n < LEAST_LABELS:
        raise InsufficientData(
            f"people rated only {sample.n} of these outputs; {LEAST_LABELS} are the fewest that "
            "correct a judge"
        )
    rng = np.random.default_rng(seed)
    if all_yes_no(np.concatenate([sample.labels, sample.everything]), scale):
        found = jeffreys_strata(sample, rng=rng, level=level)
    elif scale.bounded and _lopsided(sample.labels):
        found = dirichlet_strata(sample, grid=_grid(scale), rng=rng, level=level)
        if (cut := stratum_cut(sample)) is not None:
            upper = (sample.judged > cut).astype(np.float64)
            return Correction(estimate=found, sample=sample, predictor=upper)
    else:
        bounds = (0.0, 1.0) if scale.bounded else None
        found = linear_ppi(sample, rng=rng, bounds=bounds, level=level)
    return Correction(estimate=found, sample=sample, predictor=sample.judged)


def unequal(people: Ratings) -> str | None:
    """That some outputs were likelier to be rated than others, where the table says so."""
    chances = {cell for cell in people.distinct("probability") if cell is not None}
    if len(chances) < 2:  # noqa: PLR2004 - all alike
        return None
    return (
        "Some outputs were likelier to be rated by people than others (probability): the corrected "
        "means do not weigh them by that."
    )


def sample_of(judged: Floats, labels: Floats, clusters: Codes | None) -> JudgedSample:
    """Labels and judgments of the outputs that the judge scored; NaN where there is none.

    Args:
        judged: What the judge said of each output.
        labels: What people said of it.
        clusters: Its cluster; None where each is its own.

    Raises:
        InsufficientData: Fewer than two labels.
    """
    scored = ~np.isnan(judged)
    both = scored & ~np.isnan(labels)
    alone = scored & ~both
    if clusters is not None:
        clusters = np.concatenate([clusters[both], clusters[alone]])
    return JudgedSample.of(labels[both], judged[both], judged[alone], clusters=clusters)


def _lopsided(labels: Floats) -> bool:
    """Whether labels take few values, or are too skewed for a t interval by Cochran's rule.

    References:
        Cochran (1977), *Sampling Techniques*, section 2.15: n above 25 times the squared skewness.
    """
    if np.unique(labels).size <= _FEW_LEVELS:
        return True
    centred = labels - labels.mean()
    skewness = float(np.mean(centred**3) / np.mean(centred**2) ** 1.5)
    return _COCHRAN * skewness**2 > labels.size


def _grid(scale: Scale) -> Floats:
    """The levels of a scale on the unit interval, or its ends where it has too many."""
    if scale.low is None or scale.high is None or scale.metric != "ordinal":
        return np.asarray([0.0, 1.0])
    count = scale.high - scale.low + 1
    whole = float(scale.low).is_integer() and count <= _MOST_LEVELS
    return np.linspace(0.0, 1.0, int(count) if whole else 2)
