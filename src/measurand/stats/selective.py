"""From which confidence on a judge may decide alone, with a guarantee on how often it errs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.proportion import clopper_pearson, wilson
from measurand.stats.quantiles import check_level

__all__ = ["LEAST_LABELS", "Selected", "selective_threshold"]

LEAST_LABELS = 200
"""Fewer labels keep the guarantee too, mostly by abstaining on everything."""

_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What a judge may decide alone.

    Args:
        threshold: The least confidence with which it may; None: it is to abstain on everything.
        coverage: The share of units that it then decides.
        risk: How often it is wrong on those, with the upper bound that the guarantee rests on.
        tested: How many thresholds were tried before one failed, or there were no more.
    """

    threshold: float | None
    coverage: Estimate
    risk: Estimate
    tested: int

    @property
    def abstains(self) -> bool:
        """Whether no threshold keeps the promise, so that everything goes to people."""
        return self.threshold is None


def selective_threshold(
    confidence: ArrayLike,
    wrong: ArrayLike,
    *,
    alpha: float = 0.15,
    delta: float = 0.1,
    grid: ArrayLike | None = None,
) -> Selected:
    """The lowest confidence above which the judge errs in at most ``alpha``, surely so.

    Thresholds are tried from the highest down, and the first whose upper bound exceeds alpha
    ends the search (fixed-sequence testing), so that the chance to be wrong about the promise is
    at most ``delta`` in all. If the first one fails, the judge is to abstain on everything:
    to fall back on some threshold instead would break the promise.

    Args:
        confidence: Of each unit, shape (n,); higher is surer.
        wrong: Whether the judge was wrong, shape (n,): 0 or 1.
        alpha: How often the judge may err on what it decides.
        delta: How often the promise may be broken; where several judges decide in stages, give
            each its share of it.
        grid: The thresholds; they must not depend on what was wrong. By default ten, by which a
            tenth, two tenths, ... of the units are decided, from the first with as many units as
            no error at all would need.

    Raises:
        InsufficientData: There are no units.
        UsageError: The arguments have other shapes or values, or alpha or delta is impossible.

    References:
        Clopper and Pearson (1934), Biometrika 26; Bauer (1991), Statistics in Medicine 10, for
        fixed sequences; Jung, Brahman and Choi (2025), Trust or Escalate, ICLR 2025.
    """
    sure, errors = check_finite(confidence, 1), check_finite(wrong, 1)
    if sure.shape != errors.shape or not np.isin(errors, (0.0, 1.0)).all():
        raise UsageError("each unit has a confidence, and is right or wrong (0 or 1)")
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise UsageError(f"alpha and delta lie between 0 and 1; found {alpha} and {delta}")
    if not sure.size:
        raise InsufficientData("without labelled units no threshold can be promised anything")
    steps = _steps(sure, alpha, delta) if grid is None else np.unique(check_finite(grid, 1))[::-1]
    kept: float | None = None
    tested = 0
    for threshold in steps.tolist():
        decided = sure >= threshold
        tested += 1
        if not _keeps(int(errors[decided].sum()), int(decided.sum()), alpha, delta=delta):
            break
        kept = threshold
    return _selected(kept, sure, errors, delta=delta, tested=tested)


def _steps(sure: Floats, alpha: float, delta: float) -> Floats:
    """Thresholds by shares of units decided, from as many as no error would need."""
    ordered = np.sort(sure)[::-1]
    least = math.ceil(math.log(delta) / math.log1p(-alpha))
    sizes = np.ceil(ordered.size * np.arange(1, _STEPS + 1) / _STEPS).astype(np.intp)
    found = np.unique(ordered[sizes - 1])[::-1]
    return np.asarray(found[[int((sure >= one).sum()) >= least for one in found]])


def _keeps(errors: int, decided: int, alpha: float, *, delta: float) -> bool:
    if not decided:
        return False
    bound = clopper_pearson(errors, decided, level=1 - delta, side="upper").high
    return bound is not None and bound <= alpha


def _selected(
    threshold: float | None, sure: Floats, errors: Floats, *, delta: float, tested: int
) -> Selected:
    few = sure.size < LEAST_LABELS
    caution = f"only {sure.size} labels; {LEAST_LABELS} are wanted" if few else None
    if threshold is None:
        why = "no threshold keeps the promise: the judge abstains on everything"
        return Selected(
            threshold=None,
            coverage=wilson(0, sure.size, level=LEVEL),
            risk=Estimate.absent(
                f"{why}; {caution}" if caution else why,
                n=0,
                method="Clopper-Pearson, upper bound",
                level=check_level(1 - delta),
            ),
            tested=tested,
        )
    decided = sure >= threshold
    return Selected(
        threshold=threshold,
        coverage=wilson(int(decided.sum()), sure.size, level=LEVEL),
        risk=clopper_pearson(
            int(errors[decided].sum()), int(decided.sum()), level=1 - delta, side="upper"
        ),
        tested=tested,
    )
