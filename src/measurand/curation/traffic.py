"""The records of a window of production as columns: all that a set is made by, and no text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.stats.arrays import Floats

__all__ = ["NEVER", "Bools", "Ints", "Said", "Traffic"]

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]

NEVER = int(np.iinfo(np.int64).min)
"""The time of a record of which no time is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of answers, one entry each.

    Args:
        rows: The record, shape (entries,).
        names: Of what, codes of ``kinds``, shape (entries,).
        values: As a number, shape (entries,); NaN where it is none.
        kinds: The name and the kind of rater of each code, as in ``("satisfaction", "people")``.
    """

    rows: NDArray[np.int32]
    names: NDArray[np.int16]
    values: NDArray[np.float32]
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Records as columns, each of shape (records,).

    Args:
        asked: Whether there is a question.
        answered: Whether there is an answer.
        copied: Whether the same record was read before, as from two exports that overlap.
        complaint: Whether the user complains in the question itself.
        bare: Whether the question only thanks or takes leave, or is too short to ask anything.
        at: Seconds since 1970; `NEVER` where no time is known.
        segment: Codes of ``segments``.
        language: Codes of ``languages``.
        words: Words of the question.
        turns: Messages up to the answer.
        conversation: A hash of what it shares with other records; 0 where it shares nothing.
        order: The place among the records of its conversation.
        identity: A hash of what makes it the record that it is.
        member: The draw that chooses among records that ask the same.
        draw: The draw that chooses among questions.
        group: Codes of questions: records that ask the same have the same one.
        intent: Codes of ``intents``.
        closeness: How close its question is to the middle of its intent, from -1 to 1.
        said: What was said of the answers.
        segments: The names of segments; empty where there is none.
        languages: The codes of languages.
        intents: The names of intents.
    """

    asked: Bools
    answered: Bools
    copied: Bools
    complaint: Bools
    bare: Bools
    at: Ints
    segment: NDArray[np.int32]
    language: NDArray[np.int16]
    words: NDArray[np.int32]
    turns: NDArray[np.int32]
    conversation: NDArray[np.uint64]
    order: NDArray[np.int32]
    identity: NDArray[np.uint64]
    member: Floats
    draw: Floats
    group: Ints
    intent: NDArray[np.int32]
    closeness: NDArray[np.float32]
    said: Said
    segments: tuple[str, ...]
    languages: tuple[str, ...]
    intents: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.asked.size)

    @property
    def eligible(self) -> Bools:
        """Which may stand for production: asked, answered, and read for the first time."""
        found: Bools = self.asked & self.answered & ~self.copied
        return found
