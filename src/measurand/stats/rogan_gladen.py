"""A share of yes corrected by a judge's sensitivity and specificity: a cross-check, no headline.

It divides by sensitivity + specificity - 1, so a weak judge makes its interval several times wider
than that of people's labels alone. It is the one to read where labels come from elsewhere, with
another share of yes, for it alone stays right there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.quantiles import two_sided_z

__all__ = ["LEAST_ACCURACY", "Counted", "rogan_gladen"]

LEAST_ACCURACY = 1.5
"""Sensitivity + specificity below which it is refused: a coin has 1."""


class Counted(NamedTuple):
    """So many of so many."""

    yes: int
    of: int

    @property
    def share(self) -> float:
        """The share of yes.

        Raises:
            InsufficientData: It is of none.
            UsageError: The counts are impossible.
        """
        if not 0 <= self.yes <= self.of:
            raise UsageError(f"counts lie between 0 and n; found {self.yes} of {self.of}")
        if not self.of:
            raise InsufficientData("there is nothing to count: a count is of none")
        return self.yes / self.of


def rogan_gladen(
    passed: Counted, *, sensitivity: Counted, specificity: Counted, level: float = LEVEL
) -> Estimate:
    """The share of yes, (p + specificity - 1) / (sensitivity + specificity - 1).

    The interval adds pseudo-counts to every share and allows for the bias of the ratio.

    Args:
        passed: How many outputs the judge passed, of how many that nobody labelled.
        sensitivity: How many of the labelled ones that people passed the judge passed.
        specificity: How many of those that people did not pass it did not pass either.
        level: The confidence level.

    Raises:
        InsufficientData: Sensitivity and specificity add up to less than 1.5; or a count is
            of none.
        UsageError: The counts are impossible.

    References:
        Rogan and Gladen (1978), Am. J. Epidemiol. 107, 71-76; the interval: Lee et al. (2025),
        arXiv:2511.21140, section 4; after Lang and Reiczigel (2014), Prev. Vet. Med. 113, 13-22.
    """
    z2 = two_sided_z(level) ** 2
    p, hit, spare = passed.share, sensitivity.share, specificity.share
    if hit + spare < LEAST_ACCURACY:
        raise InsufficientData(
            f"sensitivity {hit:.2f} and specificity {spare:.2f} add up to less than "
            f"{LEAST_ACCURACY}: dividing by so little says nothing"
        )
    value = min(max((p + spare - 1) / (hit + spare - 1), 0.0), 1.0)
    p, size = (passed.yes + z2 / 2) / (passed.of + z2), passed.of + z2
    hit, hits = (sensitivity.yes + 1) / (sensitivity.of + 2), sensitivity.of + 2
    spare, spares = (specificity.yes + 1) / (specificity.of + 2), specificity.of + 2
    power = hit + spare - 1
    centre = (p + spare - 1) / power
    of_spare, of_hit = spare * (1 - spare) / spares, hit * (1 - hit) / hits
    shift = 2 * z2 * (centre * of_hit - (1 - centre) * of_spare)
    variance = p * (1 - p) / size + (1 - centre) ** 2 * of_spare + centre**2 * of_hit
    half = math.sqrt(z2 * variance) / power
    low, high = (min(max(end, 0.0), 1.0) for end in (centre + shift - half, centre + shift + half))
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=level,
        n=sensitivity.of + specificity.of,
        method="Rogan-Gladen, Lee et al.",
    )
