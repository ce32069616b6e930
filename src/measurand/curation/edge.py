"""Edge cases: what went wrong, what people disagree on, and what is unlike the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from measurand.curation.opinions import Opinions
from measurand.curation.traffic import Bools, Ints, Traffic
from measurand.stats.arrays import Floats

__all__ = ["FAILURES", "REASONS", "Reasons", "mixed_picks", "reasons"]

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no answer": "the system failed or gave no answer",
        "low rating": "at least half of the people who rated the answer found it bad",
        "failed check": "a check that was recorded with the answer failed",
        "low score": "a judge that was recorded with the answer found it bad",
        "disagreement": "people's ratings of the answer lie half of their range apart",
        "complaint": "the user complained in the next turn",
        "rare intent": "one of the intents that fewer than 1 in 100 questions have",
        "unlike any intent": "among the 1 in 100 questions that are least like their intent",
        "rare language": "in a language that fewer than 1 in 20 questions are in",
        "very long": "among the 1 in 100 longest questions",
        "long conversation": "among the 1 in 100 that come latest in their conversation",
    }
)
"""Why a record is a candidate, and what that means."""

FAILURES = ("no answer", "low rating", "failed check", "low score")
"""The reasons that are failures of the system as far as is known."""

_RARE_INTENT, _RARE_LANGUAGE, _TAIL = 0.01, 0.05, 0.01
_LONGER = 2.0
_UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why each record is a candidate.

    Args:
        flags: Shape (records, reasons).
        names: Of the columns.
    """

    flags: Bools
    names: tuple[str, ...]

    def of(self, row: int) -> tuple[str, ...]:
        """The reasons of one record."""
        return tuple(self.names[place] for place in np.flatnonzero(self.flags[row]))

    @property
    def counts(self) -> dict[str, int]:
        """For how many records each reason holds."""
        return dict(zip(self.names, self.flags.sum(axis=0).tolist(), strict=True))

    @property
    def failed(self) -> Bools:
        """Which records are failures of the system as far as is known."""
        columns = [self.names.index(name) for name in FAILURES]
        return np.asarray(self.flags[:, columns].any(axis=1), dtype=np.bool_)


def reasons(traffic: Traffic, said: Opinions) -> Reasons:
    """Why each record is a candidate; only of those that ask something."""
    asked = traffic.asked & ~traffic.copied
    by_name = {
        "no answer": ~traffic.answered,
        "low rating": said.low,
        "failed check": said.failed,
        "low score": said.judged,
        "disagreement": said.disputed,
        "complaint": _complaints(traffic),
        "rare intent": _rare(traffic.intent, asked, _RARE_INTENT),
        "unlike any intent": _lowest(traffic.closeness.astype(np.float64), asked),
        "rare language": _rare(traffic.language, asked, _RARE_LANGUAGE)
        & ~_is(traffic.language, traffic.languages, _UNKNOWN),
        "very long": _longest(traffic.words, asked),
        "long conversation": _longest(traffic.turns, asked),
    }
    flags = np.stack([by_name[name] & asked for name in REASONS], axis=1)
    return Reasons(flags, tuple(REASONS))


def mixed_picks(found: Reasons, traffic: Traffic, *, among: Bools, n: int) -> list[tuple[int, str]]:
    """Pick candidates so that no reason dominates: each in turn gives its next one.

    Within a reason, records that have most other reasons come first, then chance decides. Of a
    question one record is picked.

    Args:
        found: The reasons.
        traffic: The records.
        among: Which may be picked.
        n: How many, at most.

    Returns:
        The records, and for which reason each was picked, in the order of the picks.
    """
    weight = found.flags.sum(axis=1)
    queues = {
        name: _queue(np.flatnonzero(found.flags[:, place] & among), weight, traffic.draw)
        for place, name in enumerate(found.names)
    }
    taken: set[int] = set()
    picks: list[tuple[int, str]] = []
    places = dict.fromkeys(queues, 0)
    while len(picks) < n and queues:
        for name in list(queues):
            if len(picks) == n:
                break
            row = _next(queues[name], places, name, taken=taken, group=traffic.group)
            if row is None:
                del queues[name]
            else:
                picks.append((row, name))
    return picks


def _queue(rows: Ints, weight: Ints, draw: Floats) -> list[int]:
    return [int(row) for row in rows[np.lexsort((draw[rows], -weight[rows]))]]


def _next(
    queue: list[int], places: dict[str, int], name: str, *, taken: set[int], group: Ints
) -> int | None:
    """The next record of a reason whose question was not picked yet."""
    while places[name] < len(queue):
        row = queue[places[name]]
        places[name] += 1
        if int(group[row]) not in taken:
            taken.add(int(group[row]))
            return row
    return None


def _complaints(traffic: Traffic) -> Bools:
    """Whether the next turn of the conversation complains."""
    order = np.lexsort((traffic.order, traffic.conversation))
    same = traffic.conversation[order][1:] == traffic.conversation[order][:-1]
    same &= traffic.conversation[order][1:] != 0
    found = np.zeros(len(traffic), dtype=bool)
    found[order[:-1]] = same & traffic.complaint[order][1:]
    return found


def _rare(codes: NDArray[np.integer], asked: Bools, share: float) -> Bools:
    """Which are of a kind that a smaller share than this is of."""
    total = int(asked.sum())
    if not total:
        return np.zeros(codes.size, dtype=bool)
    counts = np.bincount(codes[asked], minlength=int(codes.max(initial=0)) + 1)
    found: Bools = counts[codes] < share * total
    return found


def _is(codes: NDArray[np.integer], names: tuple[str, ...], name: str) -> Bools:
    return np.asarray(codes == (names.index(name) if name in names else -1), dtype=np.bool_)


def _lowest(values: Floats, asked: Bools) -> Bools:
    if not asked.any():
        return np.zeros(values.size, dtype=bool)
    found: Bools = values < np.quantile(values[asked], _TAIL)
    return found


def _longest(values: NDArray[np.int32], asked: Bools) -> Bools:
    """The largest 1 in 100, where they are twice the median or more."""
    if not asked.any():
        return np.zeros(values.size, dtype=bool)
    bound = np.quantile(values[asked], 1 - _TAIL)
    found: Bools = (values > bound) & (values >= _LONGER * np.median(values[asked]))
    return found
