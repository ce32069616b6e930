"""The account of what was read from logs: counts, reasons and places, never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.record import Place

__all__ = ["FIRST", "Beside", "LogAccount", "Unfit"]

FIRST = 5
"""Places that are named for each reason; the others are counted."""


class Unfit(Exception):  # noqa: N818 - a finding about a row, not a malfunction
    """A row cannot be used.

    Args:
        reason: Why, in words that hold nothing of the row.
        key: Where in the row.
    """

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.reason, self.key = reason, key


class Beside(Unfit):
    """A row is sound and no interaction, as the span of a tool."""


@dataclass(slots=True)
class LogAccount:
    """What was read so far: ``read == kept + passed + refused``, always.

    Reasons are sentences of this package and never hold a text of the log.

    Args:
        read: Rows: an entry of a file, or, where an entry holds many, as a batch of spans does,
            each of them.
        kept: Rows that gave a record, or several, as a conversation does.
        records: Records that they gave.
        passed_by: Sound rows that are no interaction, by what they are.
        refused_by: Rows that could not be used, by reason.
        places: The first `FIRST` places of each reason of either kind.
        dialects: Kept rows by the dialect that they were read in.
        notes: What was assumed or looked odd, and how often.
        unread: Files, or ends of files, that could not be read; not rows.
    """

    read: int = 0
    kept: int = 0
    records: int = 0
    passed_by: Counter[str] = field(default_factory=Counter)
    refused_by: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[Place]] = field(default_factory=dict)
    dialects: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    unread: list[tuple[Place, str]] = field(default_factory=list)
    _last: str = field(default="", repr=False)
    _left: int = field(default=0, repr=False)

    @property
    def refused(self) -> int:
        """Rows that could not be used."""
        return self.refused_by.total()

    @property
    def passed(self) -> int:
        """Rows that are sound and no interaction."""
        return self.passed_by.total()

    def keep(self, dialect: str, records: int) -> None:
        """A row gave records."""
        self.read += 1
        self.kept += 1
        self.records += records
        self.dialects[dialect] += 1
        self._last, self._left = dialect, records

    def refuse(self, why: Unfit, place: Place) -> None:
        """A row could not be used, or is no interaction."""
        self.read += 1
        self._count(self.passed_by if isinstance(why, Beside) else self.refused_by, why, place)

    def drop(self, why: Unfit, place: Place) -> None:
        """A record of the row that was kept last could not be; with its last one goes the row."""
        self.records -= 1
        self._left -= 1
        if self._left:
            self.notes[why.reason] += 1
        else:
            self.kept -= 1
            self.dialects[self._last] -= 1
            self.refused_by[why.reason] += 1
        self._remember(why, place)

    def note(self, what: str, times: int = 1) -> None:
        """Something was assumed, or looked odd."""
        self.notes[what] += times

    def stop(self, reason: str, place: Place) -> None:
        """A file, or the rest of it, could not be read."""
        self.unread.append((place, reason))

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        return {
            "read": self.read,
            "kept": self.kept,
            "passed": self.passed,
            "refused": self.refused,
            "records": self.records,
            "dialects": dict(self.dialects),
            "refused_by": self._by(self.refused_by),
            "passed_by": self._by(self.passed_by),
            "notes": [{"note": note, "times": times} for note, times in self.notes.most_common()],
            "unread": [{"place": str(place), "reason": why} for place, why in self.unread],
        }

    def _by(self, counts: Counter[str]) -> list[Mapping[str, Any]]:
        return [
            {"reason": why, "rows": rows, "first": [str(place) for place in self.places[why]]}
            for why, rows in counts.most_common()
        ]

    def _count(self, counts: Counter[str], why: Unfit, place: Place) -> None:
        counts[why.reason] += 1
        self._remember(why, place)

    def _remember(self, why: Unfit, place: Place) -> None:
        first = self.places.setdefault(why.reason, [])
        if len(first) < FIRST:
            key = ".".join(part for part in (place.key, why.key) if part)
            first.append(Place(place.file, place.line, key))
