"""Either side of a mismatch, from files: examples, and a sample of a window's records."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from measurand.analysis.mismatch_sides import Side
from measurand.core.example import Component, Example
from measurand.core.placeholder import untagged
from measurand.core.record import Record
from measurand.core.sampling import draw
from measurand.curation.traffic import NEVER
from measurand.errors import DataError, Fault
from measurand.jobs.building.gathering import Window, question_of
from measurand.jobs.building.options import seconds_of
from measurand.texts.encoder import CUT, Encoder
from measurand.texts.language import language_of

__all__ = ["MOST", "Read", "side_of", "window_of"]

MOST = 20_000
"""Questions of a window that are looked at; of more, a sample."""
_JOINED = " + "


@dataclass(frozen=True, slots=True, order=True)
class _Asked:
    """What is kept of a record, in the order in which records are drawn."""

    place: float
    id: str
    question: str = field(compare=False)
    segments: tuple[str, ...] = field(compare=False)
    conversation: str | None = field(compare=False)


@dataclass(slots=True)
class Read:
    """What of a window was read.

    Args:
        records: Records.
        outside: Of another time.
        unasked: Without a question, or without an answer where others have one.
        asked: Questions that count.
        cut: Of those looked at, longer than the encoder reads.
    """

    records: int = 0
    outside: int = 0
    unasked: int = 0
    asked: int = 0
    cut: int = 0


def side_of(
    examples: Sequence[Example],
    component: Component,
    *,
    encode: Encoder,
    redact: Callable[[str], str] = str,
) -> Side:
    """The examples of a component that ask something, as one side.

    What an example stands for is 1 over its chance where every one of them tells it.
    """
    asking = [one for one in examples if one.component == component and one.question.strip()]
    texts = [redact(one.question.strip()) for one in asking]
    chances = [one.probability for one in asking if one.probability is not None]
    weights = None
    if len(chances) == len(asking) and len(set(chances)) > 1:
        weights = 1 / np.asarray(chances, dtype=np.float64)
    return _side(
        ids=[one.id for one in asking],
        texts=texts,
        segments=[one.segments for one in asking],
        clusters=[one.cluster for one in asking],
        encode=encode,
        weights=weights,
    )


def window_of(
    records: Iterable[Record],
    *,
    encode: Encoder,
    seed: int,
    window: Window,
    segment_by: str | None = None,
) -> tuple[Side, Read]:
    """The questions of a window, or a sample of 20,000 of them, which hangs on no order.

    Counted are records with a question and an answer, as a set is built from; where no record
    has an answer, those with a question.

    Raises:
        DataError: No record has a question.
    """
    read, answered, others = Read(), _Reservoir(), _Reservoir()
    for record in records:
        read.records += 1
        at = NEVER if (known := seconds_of(record.at)) is None else known
        if not window.holds(at):
            read.outside += 1
            continue
        if not (question := question_of(record)):
            read.unasked += 1
            continue
        said = record.output is not None and record.failure is None
        asked = _Asked(
            draw(seed, "mismatch", record.id, record.at, untagged(question), _said(record)),
            record.id,
            question,
            _segments(record, segment_by),
            record.conversation,
        )
        (answered if said else others).add(asked)
    kept = answered if answered.count else others
    if answered.count:
        read.unasked += others.count
    if not kept.count:
        where = f"; {read.outside:,} are outside of the window" if read.outside else ""
        raise DataError([Fault(f"no record of the logs has a question{where}")])
    read.asked, chosen = kept.count, kept.chosen()
    read.cut = sum(len(one.question) > CUT for one in chosen)
    side = _side(
        ids=[one.id for one in chosen],
        texts=[one.question for one in chosen],
        segments=[one.segments for one in chosen],
        clusters=[one.conversation for one in chosen],
        encode=encode,
        total=kept.count,
    )
    return side, read


def _said(record: Record) -> str:
    return untagged(record.output or "")


class _Reservoir:
    """The records with the least draws."""

    def __init__(self) -> None:
        self.count = 0
        self._held: list[tuple[float, str]] = []
        self._by: dict[tuple[float, str], _Asked] = {}

    def add(self, asked: _Asked) -> None:
        key = (-asked.place, asked.id)
        if key in self._by:
            return
        self.count += 1
        if len(self._held) < MOST:
            heapq.heappush(self._held, key)
        elif key > self._held[0]:
            del self._by[heapq.heapreplace(self._held, key)]
        else:
            return
        self._by[key] = asked

    def chosen(self) -> list[_Asked]:
        """The records, in an order that hangs on nothing but them."""
        return sorted(self._by.values())


def _side(
    *,
    ids: Sequence[str],
    texts: Sequence[str],
    segments: Sequence[Sequence[str]],
    clusters: Sequence[str | None],
    encode: Encoder,
    **more: object,
) -> Side:
    made: dict[str, object] = dict(more)
    return Side(
        ids=tuple(ids),
        texts=tuple(texts),
        vectors=encode(texts),
        languages=tuple(map(language_of, texts)),
        words=np.asarray([len(text.split()) for text in texts], dtype=np.intp),
        segments=tuple(map(_tags, segments)),
        clusters=tuple(clusters),
        **made,  # type: ignore[arg-type]
    )


def _tags(segments: Sequence[str]) -> tuple[str, ...]:
    """Tags one by one: a set that was built names those of a record together."""
    parts = (part.strip() for tag in segments for part in tag.split(_JOINED))
    return tuple(sorted({part for part in parts if part}))


def _segments(record: Record, segment_by: str | None) -> tuple[str, ...]:
    if segment_by is None:
        return record.segments
    told = record.system if segment_by == "system" else record.metadata.get(segment_by)
    return (str(told),) if told not in {None, ""} and isinstance(told, str | int | float) else ()
