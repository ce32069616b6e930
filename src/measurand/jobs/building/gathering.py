"""Records to columns: one pass that keeps numbers in memory and texts on disk."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from measurand.core.record import Record
from measurand.core.sampling import draw
from measurand.curation.complaints import complains
from measurand.curation.copies import Naming
from measurand.curation.fold import fold_text
from measurand.curation.opinions import number_of
from measurand.curation.traffic import NEVER, Said
from measurand.jobs.building.options import BuildOptions, seconds_of
from measurand.jobs.building.rated import Rated
from measurand.jobs.building.spool import Spool
from measurand.texts.closings import asks_nothing
from measurand.texts.encoder import CUT
from measurand.texts.language import UNKNOWN, language_of

__all__ = ["EXEMPLARS", "Gathered", "Window", "question_of"]

EXEMPLARS = 8_000
"""Questions, at random, from which intents are found."""

_TOLD = 300
"""Characters of what the user said by which his language is told."""
_LEAST_WORDS = 6
_FIELDS = 1_000
"""Fields whose names are remembered, for those who ask for one that is not there."""


@dataclass(slots=True)
class Names:
    """Names by their codes."""

    codes: dict[str, int] = field(default_factory=dict)

    def code(self, name: str) -> int:
        """The code of a name."""
        return self.codes.setdefault(name, len(self.codes))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, by code."""
        return tuple(self.codes)


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of production that counts."""

    since: int | None
    until: int | None

    @classmethod
    def of(cls, options: BuildOptions) -> Window:
        """As the options say it."""
        return cls(seconds_of(options.since), seconds_of(options.until))

    def holds(self, at: int) -> bool:
        """Whether a time is in it; one that is not known is in it where it has no ends."""
        if self.since is None and self.until is None:
            return True
        after = self.since is None or at >= self.since
        return at != NEVER and after and (self.until is None or at < self.until)


class Gathered:
    """What is known of each record, as columns that grow.

    Args:
        spool: Receives the records.
        seed: Of the draws.
        segment_by: A key of metadata whose values are segments, or ``system``.
        window: Which times count.
        rated: What was said of answers elsewhere.
    """

    _KINDS: Mapping[str, str] = {
        **dict.fromkeys(("asked", "answered", "complaint", "bare"), "b"),
        **dict.fromkeys(("segment", "words", "turns", "order"), "i"),
        **dict.fromkeys(("at",), "q"),
        **dict.fromkeys(("language", "naming"), "h"),
        **dict.fromkeys(("conversation", "identity", "wording"), "Q"),
        **dict.fromkeys(("member", "draw"), "d"),
    }

    def __init__(
        self, spool: Spool, *, seed: int, segment_by: str | None, window: Window, rated: Rated
    ) -> None:
        self.columns: dict[str, array[Any]] = {
            name: array(kind) for name, kind in self._KINDS.items()
        }
        self.segments, self.languages, self.feedback = Names(), Names(), Names()
        self.outside = self.joined = self.unparted = 0
        self.fields: dict[str, None] = {}
        self.exemplars: list[tuple[float, str]] = []
        self._kinds: list[tuple[str, str]] = []
        self._said: tuple[array[Any], ...] = (array("i"), array("h"), array("f"))
        self._spool, self._seed, self._segment_by = spool, seed, segment_by
        self._window, self._rated = window, rated

    def texts(self, records: Iterable[Record]) -> Iterator[str]:
        """Take records in, and give of each the text by which it is folded."""
        for record in records:
            at = NEVER if (known := seconds_of(record.at)) is None else known
            if not self._window.holds(at):
                self.outside += 1
                continue
            self._take(record, at)
            yield fold_text(record.messages)

    def _take(self, record: Record, at: int) -> None:
        question, segment = question_of(record), self.segment(record)
        self.unparted += not segment
        if self._segment_by and len(self.fields) < _FIELDS:
            self.fields |= dict.fromkeys(record.metadata)
        said = (record.at, record.conversation, fold_text(record.messages), record.output)
        naming = _naming(record)
        named = (record.given or record.id, *said) if naming <= Naming.AGAIN else said
        member = draw(self._seed, "member", record.id, *said)
        drawn = draw(self._seed, "question", *said)
        row, complaint = len(self._spool), complains(question)
        self._spool.add(record, question[:CUT])
        if question:
            self._exemplar(member, question[:CUT])
        cells = {
            "asked": bool(question),
            "answered": record.output is not None and record.failure is None,
            "complaint": complaint,
            "bare": not complaint and asks_nothing(question[:CUT]),
            "segment": self.segments.code(segment),
            "words": len(question.split()),
            "turns": len(record.messages),
            "order": row,
            "at": at,
            "language": self.languages.code(_language(_lately(record, question))),
            "conversation": _hashed(record.conversation) if record.conversation else 0,
            "identity": _hashed("\x1f".join(map(str, named))),
            "naming": naming,
            "wording": _hashed(" ".join(question.casefold().split())),
            "member": member,
            "draw": drawn,
        }
        for name, cell in cells.items():
            self.columns[name].append(cell)
        self._listen(record, row)

    def _exemplar(self, place: float, question: str) -> None:
        """Keep the questions with the least draws."""
        if len(self.exemplars) < EXEMPLARS:
            heapq.heappush(self.exemplars, (-place, question))
        elif -place > self.exemplars[0][0]:
            heapq.heapreplace(self.exemplars, (-place, question))

    def _listen(self, record: Record, row: int) -> None:
        elsewhere = (self._rated.get(record.id), self._rated.get(str(record.place)))
        told = [one for found in elsewhere if found for one in found]
        self.joined += bool(told)
        for one in (*record.feedback, *told):
            code = self.feedback.code(f"{one.kind}\x1f{one.name}")
            if code == len(self._kinds):
                self._kinds.append((one.name, one.kind))
            for column, cell in zip(self._said, (row, code, number_of(one.value)), strict=True):
                column.append(cell)

    def segment(self, record: Record) -> str:
        """The segment of a record; empty where it has none."""
        if self._segment_by == "system":
            return record.system or ""
        if self._segment_by is not None:
            return _text(record.metadata.get(self._segment_by))
        return " + ".join(record.segments)

    @property
    def said(self) -> Said:
        """The feedback."""
        rows, names, values = self._said
        return Said(
            rows=np.asarray(rows, dtype=np.int32),
            names=np.asarray(names, dtype=np.int16),
            values=np.asarray(values, dtype=np.float32),
            kinds=tuple(self._kinds),
        )

    def array(self, name: str) -> Any:
        """A column; as truth values where it holds those."""
        found = np.asarray(self.columns[name])
        return found.astype(bool) if self._KINDS[name] == "b" else found


def question_of(record: Record) -> str:
    """What is asked; empty where nothing is, or where somebody else spoke last."""
    if not record.messages or record.messages[-1].role == "assistant":
        return ""
    return record.question.strip()


def _naming(record: Record) -> Naming:
    """By what the record is told from others."""
    if record.given is not None:
        return Naming.AGAIN
    if record.id != str(record.place):
        return Naming.OWN
    told = record.at is not None and record.conversation is not None
    return Naming.BY_MOMENT if told else Naming.NONE


def _lately(record: Record, question: str) -> str:
    """What the user said last, as far back as it takes to tell a language by."""
    said, left = [question[:_TOLD]], _TOLD - len(question)
    for message in reversed(record.messages[:-1]):
        if left <= 0:
            break
        if message.role == "user":
            said.append(message.content[:left])
            left -= len(said[-1])
    return " ".join(said)


@lru_cache(maxsize=4096)
def _language(said: str) -> str:
    """The language; of fewer words than it takes to be sure, none."""
    return language_of(said) if len(said.split()) >= _LEAST_WORDS or not said.isascii() else UNKNOWN


def _hashed(words: str) -> int:
    said = words.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "little") or 1


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)[:100]
