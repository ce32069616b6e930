"""Records that were exported twice, and those of which nobody knows."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from measurand.curation.traffic import NEVER, Bools, Ints

__all__ = ["Copies", "Naming", "copies"]

_MINUTE = 60


class Naming(IntEnum):
    """By what a record is told from others that say the same."""

    OWN = 0
    """An id of its own."""
    AGAIN = 1
    """The id of an earlier record."""
    BY_MOMENT = 2
    """No id, but its time and its conversation."""
    NONE = 3
    """Neither."""


class Copies(NamedTuple):
    """Which records say the same as another one, of the same moment and conversation.

    Args:
        copied: Which are copies of one that counts.
        unsure: Which may be copies or may have been asked again: they count.
    """

    copied: Bools
    unsure: Bools


def copies(identity: NDArray[np.uint64], naming: NDArray[np.integer], at: Ints) -> Copies:
    """Tell records that were exported twice from what was asked again.

    What is asked most often gets the same answer in the same minute or on the same day, so two
    records that say the same are one only where that is certain: where their log gives both the
    same id, or no id but the conversation, and a time to the second. Records with different ids of
    their own are two.

    Args:
        identity: A hash of the log's id where there is one, and of time, conversation, question and
            answer, shape (records,).
        naming: A `Naming` for each.
        at: Seconds since 1970; `NEVER` where no time is known.
    """
    order = np.lexsort((np.arange(identity.size), naming, identity))
    later = np.zeros(identity.size, dtype=np.bool_)
    later[order[1:]] = identity[order[1:]] == identity[order[:-1]]
    unnamed = (naming == Naming.BY_MOMENT) | (naming == Naming.NONE)
    known = unnamed & (at != NEVER)
    # A log that tells no seconds has none but 0.
    exact = bool((at[known] % _MINUTE != 0).any())
    certain = (naming == Naming.AGAIN) | (exact & (naming == Naming.BY_MOMENT))
    return Copies(copied=later & certain, unsure=later & unnamed & ~certain)
