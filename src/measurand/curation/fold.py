"""Records that ask the same, folded into one question that counts as often as it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from measurand.core.example import Message
from measurand.curation.traffic import Bools, Ints
from measurand.stats.arrays import Floats

__all__ = ["TAIL", "Questions", "fold_text", "folded", "questions"]

TAIL = 1_500
"""Characters from the end of a conversation by which it is told whether another is the same."""


def fold_text(messages: Sequence[Message]) -> str:
    """The end of a conversation: what is asked, and what was said before it.

    What an answer hangs on is compared: *yes, please* is another question after another offer. What
    a system prompt says is left out, for it is the same everywhere.
    """
    parts: list[str] = []
    left = TAIL
    for message in reversed(messages):
        if message.role == "system":
            continue
        parts.append(message.content[-left:])
        left -= len(parts[-1])
        if left <= 0:
            break
    return "\n".join(reversed(parts))


def folded(alike: ArrayLike, turns: ArrayLike, bare: ArrayLike) -> Ints:
    """Codes of questions: of records that are alike and stand at the same turn.

    Two turns of one conversation share most of their text, and ask different things; so do thanks
    and another question after the same answer.

    Args:
        alike: Codes of near-duplicate texts, shape (records,).
        turns: Messages up to the answer, shape (records,).
        bare: Whether the last turn asks nothing, shape (records,).
    """
    told = np.stack([np.asarray(column, dtype=np.int64) for column in (alike, turns, bare)], axis=1)
    if not len(told):
        return np.zeros(0, dtype=np.int64)
    return np.unique(told, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


class Questions(NamedTuple):
    """Different questions, in no order that means anything.

    Args:
        rows: The record that stands for each: a random one of those that ask it.
        asked: How many records ask it.
        groups: The code of each.
    """

    rows: Ints
    asked: Ints
    groups: Ints


def questions(group: Ints, member: Floats, *, among: Bools) -> Questions:
    """The different questions among some records, and a random record of each.

    Args:
        group: Codes of questions, shape (records,).
        member: A draw for each record; the least of a question stands for it.
        among: Which records.
    """
    rows = np.flatnonzero(among)
    ordered = rows[np.lexsort((member[rows], group[rows]))]
    groups, first, counts = np.unique(group[ordered], return_index=True, return_counts=True)
    return Questions(ordered[first], counts.astype(np.int64), groups)
