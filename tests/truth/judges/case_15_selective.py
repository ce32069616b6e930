"""What a judge decides alone: the promise is kept, and broken by a fallback."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tests.truth.judges.harness import Case, Row, at_least, at_most, near, rngs

from measurand.stats.selective import Selected, selective_threshold

__all__ = ["CASES"]

Floats = NDArray[np.float64]
Wrong = Callable[[Floats], Floats]
ALPHA, DELTA = 0.15, 0.1
FALLBACK = 30
DECIDED = ((50, 0.1), (200, 0.2), (500, 0.37))
"""Labels, and how much they let a judge decide."""


def rising(sure: Floats) -> Floats:
    """It errs in half of what it is not sure of: from a confidence c on in (1 - c) / 4."""
    return (1 - sure) / 2


def flat(sure: Floats) -> Floats:
    """However sure, it errs a little more often than promised: whatever it decides breaks it."""
    return np.full_like(sure, 0.151)


def hopeless(sure: Floats) -> Floats:
    """However sure, it errs in four of ten."""
    return np.full_like(sure, 0.4)


def _risk(threshold: float, wrong: Wrong) -> float:
    """How often it errs from a threshold on, where confidence is uniform."""
    return float(wrong(np.linspace(threshold, 1, 2001)).mean())


def _selected(rng: np.random.Generator, n: int, wrong: Wrong) -> tuple[Selected, Floats]:
    sure = rng.random(n)
    errors = (rng.random(n) < wrong(sure)).astype(np.float64)
    return selective_threshold(sure, errors, alpha=ALPHA, delta=DELTA), sure


def _broken(found: Selected, wrong: Wrong) -> bool:
    return found.threshold is not None and _risk(found.threshold, wrong) > ALPHA


def _run(seeds: int) -> tuple[Row, ...]:
    broken = {rising: 0, flat: 0, hopeless: 0}
    abstained = fallback = 0
    for wrong in broken:
        for rng in rngs(15, seeds):
            found, _ = _selected(rng, 500, wrong)
            broken[wrong] += _broken(found, wrong)
    for rng in rngs(15, seeds):
        found, sure = _selected(rng, 500, hopeless)
        abstained += found.abstains
        fallback += _risk(float(np.sort(sure)[-FALLBACK]), hopeless) > ALPHA
    return (
        at_most("500 labels: the promise is broken", DELTA, broken[rising], seeds),
        at_most("errs in .151 whatever its confidence: broken", DELTA, broken[flat], seeds),
        at_most("hopeless: broken", DELTA, broken[hopeless], seeds, observed=True),
        at_least("hopeless: abstains on everything", 0.99, abstained, seeds, observed=True),
        at_least("hopeless, with the published fallback: broken", 0.99, fallback, seeds),
        *(_decided(n, share, seeds) for n, share in DECIDED),
    )


def _decided(n: int, share: float, seeds: int) -> Row:
    """Of a judge that could decide six tenths."""
    shares = [_selected(rng, n, rising)[0].coverage.value or 0.0 for rng in rngs(1500 + n, seeds)]
    return near(f"{n} labels: share it decides, of .6 that it might", share, shares, tolerance=0.05)


CASES = (Case(15, "selective guarantee", _run, quick=60),)
