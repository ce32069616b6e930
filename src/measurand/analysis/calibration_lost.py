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

_SMALL = 0.1


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


def withheld(pool: Pool, most: float, *, allow_missing: bool = False) -> str | None:
    """Why nothing is decided, where too many outputs that people rated have no judgment.

    What is missing is rarely like the rest, whatever the reason is: a judge that gives up on bad
    outputs, is silent on them, or is not asked, looks good on those that are left.

    Args:
        pool: The locked outputs that people rated.
        most: The largest share of them without a judgment.
        allow_missing: Whether it was meant to be asked of a part only, drawn at random; then
            what it was not asked of is not held against it.
    """
    silent = np.isnan(pool.judge) & pool.asked & ~pool.failed
    kinds = {
        "failed on": int(pool.failed.sum()),
        "gave no value to": int(silent.sum()),
        "was not asked of": 0 if allow_missing else int((~pool.asked).sum()),
    }
    of = int(pool.asked.sum()) if allow_missing else pool.n
    lost = sum(kinds.values())
    if not of or lost / of <= most:
        return None
    told = [f"it {kind} {count}" for kind, count in kinds.items() if count]
    return (
        f"There is no judgment of {lost} of {of} locked outputs ({_share(lost / of)}), more "
        f"than {_share(most)}: {', '.join(told)}. What was not judged may be unlike the rest: "
        f"{_remedy(kinds)}."
    )


def _share(share: float) -> str:
    """In percent, with a digit more where it is small."""
    return f"{share:.0%}" if share >= _SMALL else f"{100 * share:.2g}%"


def _remedy(kinds: Mapping[str, int]) -> str:
    """What to do about it."""
    unasked = kinds["was not asked of"]
    both = unasked < sum(kinds.values())
    ask = "have the judge rate those that are missing"
    if not unasked:
        return ask
    rest = ", and the others are judged" if both else ""
    return f"{ask}; if it was asked of a random part on purpose{rest}, say so with --allow-missing"
