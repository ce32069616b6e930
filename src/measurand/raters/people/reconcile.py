"""Held against what was sent: which returned answers are taken, and why others are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from shlex import quote

from measurand.core.intake import Intake, Refusal
from measurand.core.packet import Packet, PacketItem, Reading, Returned, question_key
from measurand.core.people import LONGEST_COMMENT, MOST_PARTS, Answer, Mark, Span, name_fault
from measurand.core.rubric import Dimension
from measurand.errors import nearest
from measurand.raters.people.said import said_mark
from measurand.raters.people.within import part_refused, short, within

__all__ = ["Reconciled", "Taken", "reconcile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer that stands from now on.

    Args:
        packet: The packet's id.
        code: The item's code.
        rater: Who said so.
        answer: All that is known by now, values told of the pair's first system; `Answer.done`
            where every dimension has been answered.
        new: Ratings in it that were not known before.
    """

    packet: str
    code: str
    rater: str
    answer: Answer
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The account of one returned file.

    Args:
        answers: Answers that say something new.
        intake: Ratings read, kept and refused, each refusal with its row. Kept are those that
            were known before, too; a rating that stands twice in the file counts once.
        unchanged: Codes of items of which the file says nothing that was not known.
        partial: Codes of items in the file of which a dimension is still to be rated.
        missing: Codes that the file should hold, and of which it says nothing.
    """

    answers: tuple[Taken, ...]
    intake: Intake
    unchanged: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def reconcile(
    sent: Iterable[Packet],
    reading: Reading,
    *,
    known: Mapping[tuple[str, str], Answer] | None = None,
    raters: Mapping[str, str] | None = None,
    rater: str | None = None,
) -> Reconciled:
    """Hold what came back against what was sent.

    Rows may stand in any order, and twice. A rating is refused, with its reason and its row, when
    nobody sent its code, it is another person's packet, nobody can be called as its rater is, the
    text that was shown came back changed, its dimension was not asked for, or its value is not on
    the scale; where one rating is given two values, both are refused. Time, words and passages
    that cannot be are refused alone. An empty cell takes nothing back.

    Args:
        sent: The packets that may come back.
        reading: What stands in the file.
        known: By code and rater, answers that are known already.
        raters: By the name in the file (an account of another tool), the rater's name here.
        rater: Who filled the file in, where neither file nor packet says.
    """
    desk = _Desk({packet.id: packet for packet in sent}, raters or {}, rater)
    refused = list(reading.refused)
    said: dict[tuple[str, str, str], _Said] = {}
    seen: set[str] = set()
    for returned in reading.returned:
        place = desk.place(returned)
        if isinstance(place, str):
            refused += _whole_row(returned, place)
            continue
        seen.add(place.packet.id)
        row, flaws = within(returned, place.item, place.packet.orders.get(place.item.code))
        refused += flaws
        if _says_something(row.answer):
            key = (place.packet.id, place.item.code, place.rater)
            said.setdefault(key, _Said(place)).rows.append(row)
    held = {(packet, code) for packet, code, _ in said}
    missing = tuple(
        item.code
        for packet in desk.packets.values()
        if packet.id in seen
        for item in packet.items
        if (packet.id, item.code) not in held
    )
    settled = [one.settled(refused, known or {}) for one in said.values()]
    kept = sum(one.kept for one in settled)
    partial = tuple(one.taken.code for one in settled if one.partial)
    twice = sum(one.twice for one in settled)
    notes = (*reading.notes, *_notes(len(partial), len(missing), twice))
    return Reconciled(
        answers=tuple(one.taken for one in settled if one.changed),
        intake=Intake(reading.file, kept + len(refused), kept, tuple(refused), notes),
        unchanged=tuple(one.taken.code for one in settled if one.known and not one.changed),
        partial=partial,
        missing=missing,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Which item a row is of, and whose row it is."""

    packet: Packet
    item: PacketItem
    rater: str


@dataclass(slots=True)
class _Desk:
    """What was sent."""

    packets: Mapping[str, Packet]
    raters: Mapping[str, str]
    rater: str | None
    items: dict[str, list[tuple[Packet, PacketItem]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for packet in self.packets.values():
            for item in packet.items:
                self.items.setdefault(item.code, []).append((packet, item))

    def place(self, returned: Returned) -> _Place | str:
        """Where a row belongs, or why it belongs nowhere."""
        if returned.packet is not None and returned.packet not in self.packets:
            return f"it is of packet {returned.packet!r}, and that is not of this round"
        found = [
            (packet, item)
            for packet, item in self.items.get(returned.code, ())
            if returned.packet in {None, packet.id}
        ]
        if not found:
            hint = nearest(returned.code, self.items, alike=0.9)
            return f"nobody sent the code {returned.code!r}" + (f"; {hint}" if hint else "")
        if len(found) > 1:
            return f"the code {returned.code!r} is in {len(found)} packets; say in which"
        return self._rated(returned, *found[0])

    def _rated(self, returned: Returned, packet: Packet, item: PacketItem) -> _Place | str:
        name = self.raters.get(returned.rater, returned.rater) if returned.rater else None
        rater = name or packet.rater or self.rater
        if rater is None:
            return "neither the file nor the packet says who rated"
        if rater != packet.rater and (fault := name_fault(rater)):
            return fault
        if packet.rater is not None and rater != packet.rater:
            who = f"{returned.rater or rater}={packet.rater}"
            return (
                f"the packet is for {packet.rater!r}, and {rater!r} filled it in; where that is "
                f"the same person, import it with --name {quote(who)}"
            )
        if returned.digest is not None and returned.digest != item.digest:
            return "the text that was shown came back changed"
        return _Place(packet, item, rater)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What came of one item."""

    taken: Taken
    kept: int
    twice: int
    known: bool
    changed: bool
    partial: bool


@dataclass(slots=True)
class _Said:
    """All that one file says of one item by one rater."""

    place: _Place
    rows: list[Returned] = field(default_factory=list)

    def settled(self, refused: list[Refusal], known: Mapping[tuple[str, str], Answer]) -> _Settled:
        """What stands; what does not goes to the refused."""
        code, rater = self.place.item.code, self.place.rater
        before = known.get((code, rater))
        marks, twice = self._marks(refused)
        answer = self._answer(marks, before, refused)
        old = before.marks if before else {}
        new = sum(old.get(name) != mark for name, mark in marks.items())
        packet = self.place.packet.id
        return _Settled(
            taken=Taken(packet=packet, code=code, rater=rater, answer=answer, new=new),
            kept=len(marks),
            twice=twice,
            known=before is not None,
            changed=not _same(answer, before or Answer()),
            partial=not answer.done and not answer.skipped,
        )

    def _marks(self, refused: list[Refusal]) -> tuple[dict[str, Mark], int]:
        """What stands, by dimension, and how many ratings stand twice; the rest is refused."""
        found: dict[str, list[tuple[Mark, Returned, Mark]]] = {}
        for row in self.rows:
            for name, mark in row.answer.marks.items():
                try:
                    dimension = self._dimension(name)
                    order = self.place.packet.orders.get(row.code)
                    read, flaws = said_mark(mark, dimension, order)
                except ValueError as problem:
                    refused.append(_refusal(row, str(problem), name=name, mark=mark))
                    continue
                refused += [_refusal(row, flaw, name=name, mark=mark) for flaw in flaws]
                found.setdefault(dimension.name, []).append((read, row, mark))
        marks: dict[str, Mark] = {}
        for name, given in found.items():
            if all(read == given[0][0] for read, _, _ in given):
                marks[name] = given[0][0]
            else:
                lines = [str(row.line) for _, row, _ in given if row.line is not None]
                where = f" (lines {', '.join(lines)})" if lines else ""
                reason = f"it is rated {len(given)} times, not alike{where}"
                refused += [_refusal(row, reason, name=name, mark=mark) for _, row, mark in given]
        twice = sum(len(given) - 1 for name, given in found.items() if name in marks)
        return marks, twice

    def _answer(
        self, marks: Mapping[str, Mark], before: Answer | None, refused: list[Refusal]
    ) -> Answer:
        """What is known by now."""
        old = before or Answer()
        both = {**old.marks, **marks}
        comment, spans = self._words(refused), self._spans(refused)
        names = [dimension.name for dimension in self.place.item.dimensions]
        done = all(_answered(both.get(name)) for name in names)
        return Answer(
            marks=both,
            comment=comment or old.comment,
            spans=spans or old.spans,
            seconds=self._seconds(old),
            done=done,
            skipped=not done and any(row.answer.skipped for row in self.rows),
            number=old.number + 1,
        )

    def _words(self, refused: list[Refusal]) -> str:
        """The comments of all rows; those that make it too long are refused."""
        whole = ""
        seen: set[str] = set()
        for row in self.rows:
            more = row.answer.comment
            if not more or more in seen:
                continue
            seen.add(more)
            if len(whole) + 1 + len(more) > LONGEST_COMMENT and whole:
                reason = (
                    f"with the comments of other rows it has {len(whole) + 1 + len(more):,} "
                    f"characters; allowed: up to {LONGEST_COMMENT:,}"
                )
                refused.append(part_refused(row, reason, key="comment", found=more))
            else:
                whole = f"{whole}\n{more}" if whole else more
        return whole

    def _spans(self, refused: list[Refusal]) -> tuple[Span, ...]:
        """The passages of all rows; those beyond what can be are refused."""
        spans: dict[Span, None] = {}
        for row in self.rows:
            for span in row.answer.spans:
                if span in spans or len(spans) < MOST_PARTS:
                    spans[span] = None
                    continue
                reason = f"found more passages; allowed: up to {MOST_PARTS:,}"
                found = f"{span.start} to {span.end}"
                refused.append(part_refused(row, reason, key="spans", found=found))
        return tuple(spans)

    def _seconds(self, old: Answer) -> float | None:
        """The longest time that is told; None where none is."""
        told = (old.seconds, *(row.answer.seconds for row in self.rows))
        return max((seconds for seconds in told if seconds is not None), default=None)

    def _dimension(self, name: str) -> Dimension:
        for dimension in self.place.item.dimensions:
            if name in {dimension.name, question_key(dimension.name)}:
                return dimension
        others = [dimension.name for dimension in self.place.packet.dimensions]
        if name in others:
            raise ValueError(f"the item is not rated on {name!r}")
        hint = nearest(name, others)
        known = f"there are: {', '.join(others)}"
        raise ValueError(f"no dimension {name!r}; {hint or known}")


def _answered(mark: Mark | None) -> bool:
    return mark is not None and (mark.cannot or mark.value is not None)


def _says_something(answer: Answer) -> bool:
    return bool(answer.marks or answer.comment or answer.spans or answer.skipped)


def _same(answer: Answer, before: Answer) -> bool:
    return (
        answer.marks == before.marks
        and answer.comment == before.comment
        and answer.spans == before.spans
        and answer.skipped == before.skipped
    )


def _whole_row(returned: Returned, reason: str) -> Iterator[Refusal]:
    """One refusal a rating, or one where the row holds none but says something."""
    for name, mark in returned.answer.marks.items():
        yield _refusal(returned, reason, name=name, mark=mark)
    if not returned.answer.marks and _says_something(returned.answer):
        yield Refusal(reason, returned.line, "code", returned.code, returned.row)


def _refusal(returned: Returned, reason: str, *, name: str, mark: Mark) -> Refusal:
    return part_refused(returned, reason, key=name, found=_written(mark))


def _written(mark: Mark) -> str:
    parts = [part for part in (mark.value, *mark.also) if part is not None]
    texts = [f"{part:.15g}" if isinstance(part, float) else part for part in parts]
    return short("cannot judge" if mark.cannot else "; ".join(texts))


def _notes(partial: int, missing: int, twice: int) -> Iterator[str]:
    if partial:
        yield f"{partial} item(s) lack a dimension still"
    if missing:
        yield f"{missing} item(s) of the packet are not rated yet"
    if twice:
        yield f"{twice} rating(s) stand twice in the file, alike; they count once"
