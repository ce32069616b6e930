"""Does the score before pull on the next one? A session beside the same outputs judged afresh."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.least_squares import clustered_slope

__all__ = ["session_slope"]


def session_slope(
    session: ArrayLike,
    fresh: ArrayLike,
    previous: ArrayLike,
    *,
    sessions: ArrayLike,
    level: float = LEVEL,
) -> Estimate:
    """By how many points a score rises with each point of the score before it.

    The same output judged afresh is taken off first, so that its quality and the judge's own view
    of it are gone; what is left hangs on the session alone, and outputs stand in it in random
    order. This is sharper than the slope of a score on the one before.

    Args:
        session: Scores within a session, of all but its first output, shape (n,).
        fresh: Of the same outputs, each in a conversation of its own.
        previous: The score just before, in the session.
        sessions: Which session, shape (n,); errors are clustered by it.
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than four sessions, or all scores before are the same.
        UsageError: The arguments are not vectors of one length.
    """
    within, alone = check_finite(session, 1), check_finite(fresh, 1)
    if within.size != alone.size:
        raise UsageError(f"found {within.size} scores in sessions and {alone.size} fresh ones")
    return clustered_slope(
        within - alone, np.asarray(previous), clusters=np.asarray(sessions), level=level
    )
