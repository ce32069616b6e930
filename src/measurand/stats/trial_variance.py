"""How much of the spread of scores is chance from one try to the next, and what more tries buy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.bootstrap import RESAMPLES, bca
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import mean_of
from measurand.stats.precision import best_raters

__all__ = ["trial_share", "trial_variance", "trials_worth"]

_TWO = 2


def trial_variance(
    scores: ArrayLike, *, clusters: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """The variance of tries at the same example, averaged over examples.

    Args:
        scores: Shape (examples, tries); NaN where there was none. Examples with fewer than two
            do not count.
        clusters: What examples share, shape (examples,).
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than two examples with two tries, or all vary alike.
        UsageError: The scores are not a table.
    """
    table, shared = _repeated(scores, clusters)
    variances = np.nanvar(table, axis=1, ddof=1)
    found = mean_of(variances, shared, level=level)
    low = 0.0 if found.low is None else max(0.0, found.low)
    return replace(found, low=low, method=f"mean of variances, {found.method}")


def trial_share(
    scores: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The share of the variance of single scores that lies between tries, not between examples.

    The variance within over the sum of that and the variance between examples, where that of the
    means of tries is rid of what the tries add to it. Not below 0, nor above 1.

    Args:
        scores: As for `trial_variance`.
        clusters: As for `trial_variance`.
        rng: Draws the resamples of the BCa bootstrap over examples, or over what they share.
        level: The confidence level.
        resamples: How many resamples.

    Raises:
        InsufficientData: Fewer than three examples or clusters with two tries; all scores are
            equal; or as for `bca`.
        UsageError: The scores are not a table.
    """
    table, shared = _repeated(scores, clusters)
    if np.nanmin(table) == np.nanmax(table):
        raise InsufficientData("all scores are equal: there is no variance to share out")
    counts = (~np.isnan(table)).sum(axis=1)
    within = np.nanvar(table, axis=1, ddof=1)
    means = np.nanmean(table, axis=1)
    columns = np.stack([within, means, means**2, within / counts], axis=1)
    size = len(table) if shared is None else len(np.unique(shared))
    factor = size / (size - 1) if size > 1 else 1.0

    def share(of: Floats) -> Floats:
        apart = np.maximum(factor * (of[..., 2] - of[..., 1] ** 2) - of[..., 3], 0.0)
        total = of[..., 0] + apart
        return np.asarray(
            np.divide(of[..., 0], total, out=np.full_like(total, np.nan), where=total > 0)
        )

    found = bca(columns, share, clusters=shared, rng=rng, level=level, resamples=resamples)
    return replace(found, method=f"variance components, {found.method}")


def trials_worth(
    share: Estimate, *, example_cost: float = 1.0, trial_cost: float = 1.0
) -> Estimate:
    """The tries an example that make a mean most precise for the money, at least one.

    The ends follow from those of the share; numbers are rounded.

    Args:
        share: Of the variance, between tries; from `trial_share`.
        example_cost: What a further example costs before it is tried.
        trial_cost: What a try costs, with the rating of it.

    Raises:
        InsufficientData: There is no share, or it may be all of the variance: then every try is
            worth as much as another example.
        UsageError: A cost is impossible.

    References:
        Cochran (1977), *Sampling Techniques*, 3rd ed., section 10.6.
    """
    if share.value is None or share.low is None or share.high is None:
        raise InsufficientData(share.reason or "the share of variance between tries is not known")
    if share.high >= 1:
        raise InsufficientData(
            "examples may not differ at all but by chance: then each further try is worth as "
            "much as a further example"
        )
    low, value, high = (
        max(
            1.0, float(round(best_raters(1 - s, s, unit_cost=example_cost, rating_cost=trial_cost)))
        )
        for s in (share.low, share.value, share.high)
    )
    costs = f"where an example costs as much as {example_cost / trial_cost:g} tries of it"
    return replace(
        share, value=value, low=low, high=high, method=f"least error for the money; {costs}"
    )


def _repeated(
    scores: ArrayLike, clusters: ArrayLike | None
) -> tuple[Floats, np.typing.NDArray[np.generic] | None]:
    table = as_table(np.asarray(scores, dtype=np.float64))
    labels = None if clusters is None else np.asarray(clusters)
    if labels is not None and labels.shape != (len(table),):
        raise UsageError(f"one cluster an example is needed; found {labels.shape}")
    enough = (~np.isnan(table)).sum(axis=1) >= _TWO
    if np.count_nonzero(enough) < _TWO:
        raise InsufficientData("fewer than two examples were tried twice")
    return table[enough], None if labels is None else labels[enough]
