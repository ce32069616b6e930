"""What to believe of every difference after the data, where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.bayes import Drawn, PairedPosterior, bayesian_bootstrap
from measurand.stats.estimate import Estimate
from measurand.stats.paired import PairedTable

__all__ = ["posterior_findings"]

_METHOD = "posterior"


def posterior_findings(measure: Measure, pairs: Sequence[Pair]) -> Iterator[Result]:
    """The posterior of every difference, overall and by dimension.

    On yes/no of independent examples by the Dirichlet posterior with Jeffreys' prior, whose
    probabilities are exact; else by the Bayesian bootstrap over examples, or over what they share,
    whose probabilities have the error of 9,999 draws as their interval.

    Returns:
        ``posterior_difference`` with its credible interval, ``probability_better`` and
        ``probability_within_margin``.
    """
    for pair in pairs:
        try:
            posterior: PairedPosterior | Drawn = _posterior(measure, pair)
        except InsufficientData as problem:
            for name in ("posterior_difference", "probability_better", "probability_within_margin"):
                reason = str(problem)
                yield _result(
                    pair,
                    name,
                    Estimate.absent(reason, n=len(pair.first), method=_METHOD, level=measure.level),
                )
            continue
        level = measure.level
        yield _result(pair, "posterior_difference", pair.told(posterior.difference(level=level)))
        yield _result(pair, "probability_better", posterior.better(level=level))
        if pair.scale.bounded and pair.margin > 0:
            within = posterior.within(pair.margin, level=level)
            yield _result(pair, "probability_within_margin", within)


def _posterior(measure: Measure, pair: Pair) -> PairedPosterior | Drawn:
    if pair.strata is not None:
        raise InsufficientData("a posterior of re-weighted examples is not computed")
    if pair.binary and pair.clusters is None and len(pair.first):
        return PairedPosterior(PairedTable.of(pair.first, pair.second))
    rng = np.random.default_rng(measure.seed)
    return bayesian_bootstrap(pair.values, clusters=pair.clusters, rng=rng)


def _result(pair: Pair, name: str, estimate: Estimate) -> Result:
    return Result(
        name=name,
        estimate=as_opinion(estimate) if pair.judged else estimate,
        dimension=pair.name,
        systems=pair.systems,
    )
