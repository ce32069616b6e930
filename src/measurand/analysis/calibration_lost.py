"""Locked outputs on which a judge has no value: how many, why, and when nothing is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from measurand.analysis.calibration_pool import Pool, item_name
from measurand.analysis.frame import failed
from measurand.analysis.result import FailureCount, Result
from measurand.core.rating import Ratings
from measurand.stats.estimate import attempt
from measurand.stats.share import clustered_share

__all__ = ["failures_in", "judge_failures", "withheld"]


def judge_failures(pools: Mapping[str, Pool], judge: str, *, level: float) -> Iterator[Result]:
    """The share of locked outputs on which the judge failed, where it failed on any."""
    for name, pool in pools.items():
        if not pool.failed.any():
            continue
        lost = pool.failed[pool.asked].astype(np.float64)
        compute = partial(clustered_share, lost, pool.clusters[pool.asked], level=level)
        yield Result(
            name="judge_failure_rate",
            estimate=attempt(compute, n=len(lost), method="Wilson", level=level),
            dimension=name,
            raters=(judge,),
        )


def failures_in(rows: Ratings, pools: Mapping[str, Pool], judge: str) -> tuple[FailureCount, ...]:
    """Judgments of locked outputs that failed, by system, dimension and class."""
    said = rows.where(rater=judge)
    bad = said.filtered(failed(said).astype(np.uint8).tobytes())
    found: Counter[tuple[str, str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    items = {name: frozenset(pool.items) for name, pool in pools.items()}
    for table, count in ((bad, True), (said, False)):
        cells = (table[name] for name in ("example", "system", "dimension", "failure"))
        for example, system, dimension, failure in zip(*cells, strict=True):
            if item_name(str(example), str(system)) not in items.get(str(dimension), frozenset()):
                continue
            if count:
                found[str(system), str(dimension), str(failure)] += 1
            else:
                asked[str(system), str(dimension)] += 1
    return tuple(
        FailureCount(
            part="judge",
            system=system,
            dimension=dimension,
            failure=failure,
            count=count,
            of=asked[system, dimension],
        )
        for (system, dimension, failure), count in sorted(found.items())
    )


def withheld(pool: Pool, most: float) -> str | None:
    """Why nothing is decided, where the judge failed on too many outputs.

    What fails is rarely like the rest: a judge that gives up on bad outputs looks good on those
    that are left.
    """
    asked, lost = int(pool.asked.sum()), int(pool.failed.sum())
    if not asked or lost / asked <= most:
        return None
    return (
        f"The judge failed on {lost} of {asked} locked outputs ({lost / asked:.0%}), more than "
        f"{most:.0%}: what it could not judge may be unlike the rest."
    )
