"""What is published of two systems: the difference, how often they differ, what n could show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.measure import as_naive
from measurand.analysis.pair import Pair
from measurand.analysis.result import Result
from measurand.stats.detectable import detectable_error, detectable_mean, detectable_proportion
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import cluster_codes

__all__ = ["pair_results"]


def pair_results(pair: Pair, bootstrapped: Estimate | None = None) -> Iterator[Result]:
    """The difference, how often the two differ, and what this n could have shown.

    Args:
        pair: The two systems on one dimension, or overall.
        bootstrapped: Overall, the difference of the scores as they are by the bootstrap.
    """
    stamp = partial(Result, dimension=pair.name, systems=pair.systems)
    level, fixed = pair.measure.level, pair.measure.looks == "fixed"
    raw = pair.raw_difference(level) if pair.corrected else pair.difference(level)
    if bootstrapped is not None and bootstrapped.present and fixed:
        raw = bootstrapped
    raw = as_opinion(raw) if pair.judged else raw
    decided = pair.difference(level) if pair.corrected else raw
    yield stamp(name="difference", estimate=pair.told(decided))
    if pair.corrected:
        yield stamp(name="judge_difference_raw", estimate=pair.told(raw))
    if pair.clusters is not None and fixed:
        naive = pair.difference(level, naive=True)
        naive = as_opinion(naive) if pair.opinion else naive
        yield stamp(name="difference", estimate=as_naive(pair.told(naive)))
    if pair.binary and len(pair.first):
        yield stamp(name="discordance", estimate=_discordance(pair))
    yield stamp(name="minimum_detectable_difference", estimate=pair.told(_detectable(pair)))


def _discordance(pair: Pair) -> Estimate:
    """On how many examples one of the two is right and the other is not."""
    differing = (pair.values != 0).astype(np.float64)
    return pair.measure.mean(differing, scale=pair.scale, clusters=None, strata=pair.strata)


def _detectable(pair: Pair) -> Estimate:
    level, n = pair.measure.level, len(pair.values)
    absent = partial(Estimate.absent, n=n, method="80 % power", level=level)
    if (reason := pair.too_few()) is not None:
        return absent(reason)
    if pair.measure.looks == "anytime":
        return absent("data that are looked at while they grow have no size to compute it for")
    compute: Callable[[], Estimate]
    if pair.corrected or pair.strata is not None:
        compute = partial(_by_contributions, pair)
    elif pair.binary and pair.clusters is None:
        compute = partial(detectable_proportion, pair.first, pair.second, level=level)
    else:
        compute = partial(detectable_mean, pair.values, clusters=pair.clusters, level=level)
    found = attempt(compute, n=n, method="80 % power", level=level)
    if pair.scale.bounded and found.value is not None and found.value > 1:
        return absent(f"{n} examples are too few to detect even the largest difference there is")
    return found


def _by_contributions(pair: Pair) -> Estimate:
    """From the standard error that the examples' contributions make."""
    found = pair.influence()
    parts = found.centred[pair.rows]
    clusters = pair.clusters
    sums = parts if clusters is None else np.bincount(cluster_codes(clusters, len(parts)), parts)
    error = math.sqrt(found.count / (found.count - 1) * float(sums @ sums))
    n = pair.labels if pair.corrected else len(pair.values)
    return detectable_error(error, found.count - 1, n=n, level=pair.measure.level)
