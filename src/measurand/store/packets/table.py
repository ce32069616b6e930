"""A packet as a table: one row an item, one column a text and a dimension."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, PacketItem, Reading, Returned, allowed
from measurand.core.people import Answer, Mark
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.core.sheet import shown, shown_digest
from measurand.core.sound import sound
from measurand.errors import DataError, Fault
from measurand.store.lines import shown as shortened

__all__ = [
    "TEXTS",
    "Line",
    "header_of",
    "read_table",
    "reading_of",
    "row_of",
    "said_column",
    "seconds_of",
    "used_texts",
]

TEXTS = ("conversation", "context", "reference", "notes", "output", "left", "right")
"""The columns of what is shown."""
_PLAIN = ("packet", "code", "rater", "comment", "seconds")
_RATING, _ALSO = "rating: ", "also reasonable: "
_SCALE = re.compile(r" \[[^\[\]]*\]$")
_NEAR = 20
"""Rows among which the header is looked for."""

Line = tuple[int, Sequence[Value | None]]
"""The number of a row, from 1, and its cells."""


def header_of(packet: Packet) -> list[str]:
    """The names of the columns; texts that no item has are left out."""
    names = ["packet", "code", "rater", *used_texts(packet)]
    for dimension in packet.dimensions:
        names += [said_column(dimension), also_column(dimension)]
    return [*names, "comment", "seconds"]


def used_texts(packet: Packet) -> tuple[str, ...]:
    """The names of the texts that an item has; those to be rated are always among them."""
    there = {
        name
        for item in packet.items
        for name, text in shown(item.sheet).items()
        if text or name in {"output", "left", "right"}
    }
    return tuple(name for name in TEXTS if name in there)


def said_column(dimension: Dimension) -> str:
    """The name of the column of a dimension, as in ``rating: tone [1-5, or: cannot judge]``."""
    may = allowed(dimension).replace("[", "(").replace("]", ")")
    return f"{_RATING}{dimension.name} [{may}]"


def row_of(packet: Packet, item: PacketItem) -> dict[str, str]:
    """What is filled in before the person begins; no rating ever is."""
    first = {"packet": packet.id, "code": item.code, "rater": packet.rater or ""}
    return first | shown(item.sheet)


def also_column(dimension: Dimension) -> str:
    """The name of the column of other values, as in ``also reasonable: tone [others, by ;]``."""
    return f"{_ALSO}{dimension.name} [others, by ;]"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where what stands."""

    plain: Mapping[str, int]
    texts: Mapping[str, int]
    said: Mapping[str, int]
    also: Mapping[str, int]


def read_table(file: str, lines: Iterable[Line]) -> Reading:
    """Read the rows of a returned table.

    The header is the first row with a cell ``code``; rows and columns may stand in any order. A
    column of another name counts as that of a dimension of this name, so that nothing a person
    wrote is passed over.

    Raises:
        DataError: No row has a cell ``code``, or two columns have one name.
    """
    rest = iter(lines)
    header = _header(file, rest)
    columns = _columns(file, header)
    returned: list[Returned] = []
    refused: list[Refusal] = []
    for number, cells in rest:
        if not any(_text(cell).strip() for cell in cells):
            continue
        row = _row(header, cells, columns)
        code = _text(_at(cells, columns.plain.get("code"))).strip()
        if not code:
            reason = "the row has no code, so nobody knows which item it is of"
            refused.append(Refusal(reason, number, "code", row=row))
            continue
        told = _at(cells, columns.plain.get("seconds"))
        seconds, flaw = seconds_of(told)
        if flaw:
            refused.append(Refusal(flaw, number, "seconds", shortened(told), row))
        returned.append(
            Returned(
                code=code,
                rater=_name(_at(cells, columns.plain.get("rater"))),
                answer=_answer(cells, columns, seconds),
                digest=_digest(cells, columns),
                line=number,
                packet=_text(_at(cells, columns.plain.get("packet"))).strip() or None,
                row=row,
            )
        )
    return reading_of(file, returned, refused)


def seconds_of(found: object) -> tuple[float | None, str]:
    """Time as a file tells it, which may be below 0, infinite or NaN: `reconcile` refuses these.

    Returns:
        The number; None where there is none. Why what was found is no number; else empty.
    """
    if found is None or (isinstance(found, str) and not found.strip()):
        return None, ""
    try:
        if not isinstance(found, bool) and isinstance(found, int | float | str):
            return float(found), ""
    except (ValueError, OverflowError):
        pass
    return None, f"found {shortened(found)} for the seconds; allowed: a number of 0 or more"


def reading_of(
    file: str, returned: Sequence[Returned], refused: Sequence[Refusal], *notes: str
) -> Reading:
    """What was read, with a note where nothing was said, or the shown texts did not come back."""
    if not refused and not any(_says_something(one.answer) for one in returned):
        notes += ("nothing is rated in it yet",)
    if returned and all(one.digest is None for one in returned):
        notes += ("the file does not hold the texts that were shown; whether they were is unknown",)
    return Reading(file=file, returned=tuple(returned), refused=tuple(refused), notes=tuple(notes))


def _says_something(answer: Answer) -> bool:
    return bool(answer.marks or answer.comment or answer.spans or answer.skipped)


def _header(file: str, lines: Iterator[Line]) -> list[str]:
    found: list[str] = []
    for (_, cells), _ in zip(lines, range(_NEAR), strict=False):
        names = [_text(cell).strip() for cell in cells]
        if any(name.lower() == "code" for name in names):
            return names
        found = found or names
    raise DataError(
        [
            Fault(
                "no row has the names of the columns, with 'code' among them",
                file,
                found=shortened(", ".join(found)),
                allowed="code, rating: ..., comment",
                remedy="give the columns the names they had when the packet was sent",
            )
        ]
    )


def _columns(file: str, header: Sequence[str]) -> _Columns:
    plain: dict[str, int] = {}
    texts: dict[str, int] = {}
    said: dict[str, int] = {}
    also: dict[str, int] = {}
    faults = []
    for place, name in enumerate(header):
        if not name:
            name = f"column {place + 1}"  # noqa: PLW2901 - a column nobody named still has cells
        lowered = name.lower()
        if lowered in _PLAIN:
            group, key = plain, lowered
        elif lowered in TEXTS:
            group, key = texts, lowered
        elif lowered.startswith(_ALSO):
            group, key = also, _SCALE.sub("", name[len(_ALSO) :])
        elif lowered.startswith(_RATING):
            group, key = said, _SCALE.sub("", name[len(_RATING) :])
        else:
            group, key = said, _SCALE.sub("", name)
        if key in group:
            remedy = "give one of them another name"
            faults.append(Fault(f"two columns are called {shortened(key)}", file, remedy=remedy))
        group[key] = place
    if faults:
        raise DataError(faults)
    return _Columns(plain, texts, said, also)


def _answer(cells: Sequence[Value | None], columns: _Columns, seconds: float | None) -> Answer:
    marks: dict[str, Mark] = {}
    for name in dict.fromkeys([*columns.said, *columns.also]):
        value = _value(_at(cells, columns.said.get(name)))
        others = _value(_at(cells, columns.also.get(name)))
        if value is not None or others is not None:
            marks[name] = Mark(value=value, also=() if others is None else (others,))
    comment = _text(_at(cells, columns.plain.get("comment")))
    return Answer(marks=marks, comment=comment, seconds=seconds)


def _digest(cells: Sequence[Value | None], columns: _Columns) -> str | None:
    if not columns.texts:
        return None
    return shown_digest({n: _raw(_at(cells, place)) for n, place in columns.texts.items()})


def _row(
    header: Sequence[str], cells: Sequence[Value | None], columns: _Columns
) -> tuple[tuple[str, str], ...]:
    """The row without the texts that were sent."""
    sent = set(columns.texts.values())
    pairs = enumerate(zip(header, cells, strict=False))
    return tuple((name, _text(cell)) for place, (name, cell) in pairs if place not in sent)


def _at(cells: Sequence[Value | None], place: int | None) -> Value | None:
    return cells[place] if place is not None and place < len(cells) else None


def _raw(cell: Value | None) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else f"{cell:.15g}"


def _text(cell: Value | None) -> str:
    return sound(_raw(cell))


def _name(cell: Value | None) -> str | None:
    """A rater's name as it stands, blanks at its ends too."""
    name = _text(cell)
    return name if name.strip() else None


def _value(cell: Value | None) -> Value | None:
    if isinstance(cell, str):
        return sound(cell).strip() or None
    return cell
