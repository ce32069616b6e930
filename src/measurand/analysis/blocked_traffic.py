"""How much of traffic is blocked: core by what its examples stand for, and not by their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from measurand.analysis.composition import drawn_strata, sampled
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import Measure
from measurand.analysis.result import Result
from measurand.stats.drawn_share import drawn_share
from measurand.stats.estimate import attempt

__all__ = ["OF_TRAFFIC", "blocked_of_traffic", "traffic_rates"]

OF_TRAFFIC = "blocking_rate_of_traffic"
"""The name of the share; with ``_if_unknown`` of what it is if all of which it is unknown are."""


def blocked_of_traffic(measure: Measure) -> Iterator[Result]:
    """The share of traffic on which each system is blocked, with its one-sided upper bound.

    Of core where it was drawn with probabilities that differ; nothing where all count alike, as
    the rate of core is that share. Where ratings failed, so that it is unknown of some examples,
    also if all of those were blocked.
    """
    scores = measure.scores.only(sampled(measure.scores))
    strata = drawn_strata(scores)
    if strata is None:
        return
    clusters = scores.clusters if scores.clustered else None
    for place, system in enumerate(scores.systems):
        flags, unknown = scores.blocked[:, place], scores.unknown[:, place]
        tables: dict[str, Floats] = {OF_TRAFFIC: flags}
        if unknown.any():
            tables[f"{OF_TRAFFIC}_if_unknown"] = np.where(unknown, 1.0, flags)
        for name, table in tables.items():
            given = ~np.isnan(table)
            if not given.any():
                continue
            compute = partial(
                drawn_share,
                table[given],
                strata.only(given),
                clusters=None if clusters is None else clusters[given],
                level=measure.level,
            )
            method = "Clopper-Pearson at the effective size"
            yield Result(
                name=name,
                estimate=attempt(compute, n=int(given.sum()), method=method, level=measure.level),
                systems=(system,),
                dimension="blocking",
                component="core",
            )


def traffic_rates(rates: Sequence[Result]) -> dict[tuple[str, ...], Result]:
    """The one of these that a pass must hold by, of each system that has any: the worst case."""
    found = [rate for rate in rates if rate.name.startswith(OF_TRAFFIC)]
    return {rate.systems: rate for rate in sorted(found, key=lambda rate: len(rate.name))}
