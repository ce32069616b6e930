"""Differences that may be looked at while data grow, in clusters whose largest is fixed or not."""

from __future__ import annotations

import numpy as np

from measurand.analysis.matrix import Codes, Floats
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.sequential import Alternative, sequential_mean, sequential_p

__all__ = ["look_mean", "look_p"]

_SPAN = (-1.0, 1.0)


def look_mean(
    values: Floats, clusters: Codes | None, *, largest: int | None, level: float = LEVEL
) -> Estimate:
    """The mean difference with an interval that holds at every look.

    Args:
        values: On the unit interval, signed.
        clusters: Codes of what examples share; None where these share nothing.
        largest: The largest cluster of the evaluation set; None where the set is not known.
        level: The confidence level.

    Raises:
        InsufficientData: As `sequential_mean` has it.
    """
    codes, most = _wholes(len(values), clusters, largest)
    return sequential_mean(values, bounds=_SPAN, clusters=codes, largest=most, level=level)


def look_p(
    values: Floats,
    clusters: Codes | None,
    *,
    largest: int | None,
    null: float = 0.0,
    alternative: Alternative = "two-sided",
) -> float:
    """The p-value of a mean difference that may be looked at; arguments as for `look_mean`.

    Raises:
        InsufficientData: As `sequential_p` has it.
    """
    codes, most = _wholes(len(values), clusters, largest)
    return sequential_p(
        values, bounds=_SPAN, clusters=codes, largest=most, null=null, alternative=alternative
    )


def _wholes(n: int, clusters: Codes | None, largest: int | None) -> tuple[Codes | None, int | None]:
    """The clusters, also where those at hand are all of one example and others will not be."""
    if clusters is None:
        return (np.arange(n), largest) if largest is not None and largest > 1 else (None, None)
    found = int(np.bincount(clusters).max(initial=0))
    return clusters, largest if largest is not None and found <= largest else None
