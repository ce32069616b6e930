"""What one output takes on average, of money or of time, where not all of it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from measurand.analysis.matrix import Codes, Floats
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import clustered_mean

__all__ = ["mean_spent"]


def mean_spent(totals: Floats, clusters: Codes, *, unknown: str, level: float = LEVEL) -> Estimate:
    """The mean of what is known, not below 0; how many are not known is a caution.

    Args:
        totals: What each output took, shape (n,); NaN where it is not known.
        clusters: What outputs share, shape (n,).
        unknown: What to say where it is not known.
        level: The confidence level.

    Raises:
        InsufficientData: Nothing is known; or as for `clustered_mean`.
    """
    known = ~np.isnan(totals)
    if not known.any():
        raise InsufficientData(unknown)
    bounds = (0.0, float(totals[known].max())) if np.ptp(totals[known]) == 0 else None
    if bounds == (0.0, 0.0):
        method = "known: every one is 0"
        return Estimate(value=0.0, low=0.0, high=0.0, level=level, n=len(totals), method=method)
    found = clustered_mean(totals[known], clusters[known], bounds=bounds, level=level)
    low = None if found.low is None else max(0.0, found.low)
    left = int((~known).sum())
    note = f"of {left:,} outputs {unknown}" if left else ""
    return replace(found, low=low, reason="; ".join(filter(None, (found.reason, note))) or None)
