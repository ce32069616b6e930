"""Does the judge put systems in the order in which people put them?"""

from __future__ import annotations

from functools import partial

import numpy as np

from measurand.analysis.calibration_pool import Pool
from measurand.analysis.matrix import Floats
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.correlation import pearson
from measurand.stats.estimate import Estimate, attempt

__all__ = ["LEAST_SYSTEMS", "system_correlation"]

LEAST_SYSTEMS = 5
"""With fewer systems the order of their means says nothing that an interval could hold."""


def system_correlation(pool: Pool, *, level: float) -> Result | None:
    """The correlation of the systems' means, which is not that of their outputs.

    A judge can put systems in order and be of no use on a single output, or the other way round.
    Systems are the units, so that few of them leave a wide interval however many outputs there are.

    Args:
        pool: The outputs; those without a value by judge or people are left out.
        level: The confidence level.

    Returns:
        None where there is only one system.
    """
    told = pool.only(pool.both)
    names = tuple(dict.fromkeys(told.systems))
    if len(names) < 2:  # noqa: PLR2004 - nothing to put in order
        return None
    judge, people = (_means(told, values, names) for values in (told.judge, told.people))
    found = attempt(
        partial(_correlation, judge, people, level=level),
        n=len(names),
        method="Pearson of system means",
        level=level,
    )
    return Result(name="system_correlation", estimate=found, dimension=pool.dimension)


def _correlation(judge: Floats, people: Floats, *, level: float) -> Estimate:
    if len(judge) < LEAST_SYSTEMS:
        raise InsufficientData(
            f"a correlation of system means takes {LEAST_SYSTEMS} systems; there are {len(judge)}"
        )
    return pearson(judge, people, level=level)


def _means(told: Pool, values: Floats, names: tuple[str, ...]) -> Floats:
    """Of each system, weighted like the correlation of outputs where they were not drawn alike."""
    codes = np.asarray([names.index(system) for system in told.systems])
    weights = np.ones(told.n) if told.weights is None else told.weights
    return np.asarray(np.bincount(codes, weights=values * weights) / np.bincount(codes, weights))
