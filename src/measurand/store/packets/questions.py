"""What the formats of other tools share: names of questions, texts that are safe to store, JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from measurand.core.intake import Refusal
from measurand.core.packet import PacketItem, anchors, choices, question_key
from measurand.core.people import CANNOT_JUDGE, Answer, Mark
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.core.sheet import shown, shown_digest
from measurand.core.sound import no_json, sound_json
from measurand.errors import DataError, Fault
from measurand.store.formulas import escaped, unescaped
from measurand.store.lines import DOCUMENT_LIMIT, parse_json, read_json, whole
from measurand.store.lines import shown as shortened
from measurand.store.packets.table import TEXTS

__all__ = [
    "ALSO",
    "COMMENT",
    "RATING",
    "Gathered",
    "cell_of",
    "digest_of",
    "document",
    "labelled",
    "name_of",
    "objects",
    "offered",
    "question",
    "row_of_object",
    "texts_of",
    "write_lines",
]

RATING, ALSO, COMMENT = "rating_", "also_", "comment"
_REMEDY = "give the file as the tool exported it, in UTF-8"


def question(kind: str, dimension: Dimension) -> str:
    """The name of a question, made of a-z, 0-9 and underscores: ``rating_tone``."""
    return f"{kind}{question_key(dimension.name)}"


def offered(dimension: Dimension) -> tuple[str, ...]:
    """What is chosen from; empty where something is written in."""
    listed = choices(dimension)
    return (*listed, CANNOT_JUDGE) if listed else ()


def labelled(dimension: Dimension) -> dict[str, str]:
    """By what is chosen, how it reads: with the words of its level, where it has some."""
    words = anchors(dimension)
    return {
        choice: f"{choice}: {words[choice]}" if choice in words else choice
        for choice in offered(dimension)
    }


def texts_of(item: PacketItem, names: Iterable[str] = TEXTS) -> dict[str, str]:
    """The texts of an item, all of them, empty ones too; what databases cannot hold is escaped.

    NUL and other control characters are written as ``_xHHHH_``; databases refuse them in JSON.
    """
    texts = shown(item.sheet)
    return {name: escaped(texts.get(name, ""), crlf=True) for name in names}


def digest_of(data: Mapping[str, Any]) -> str | None:
    """The fingerprint of the texts that came back; None where none did."""
    texts = {name: data[name] for name in TEXTS if isinstance(data.get(name), str)}
    if not texts:
        return None
    return shown_digest({name: unescaped(text) for name, text in texts.items()})


def name_of(found: object) -> str | None:
    """A name or an id as it stands, blanks at its ends too; None where there is none."""
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    return str(found) if str(found).strip() else None


def document(path: Path) -> Any:
    """The JSON document that a file is; halves of surrogate pairs become U+FFFD.

    Raises:
        DataError: It is none, or has more than one meaning.
    """
    try:
        if path.stat().st_size > DOCUMENT_LIMIT:
            why = f"the file has more than {DOCUMENT_LIMIT} bytes"
        else:
            value = parse_json(sound_json(path.read_text(encoding="utf-8-sig")))
            if not (why := no_json(value)):
                return value
    except OSError as problem:
        why = f"the file cannot be read ({(problem.strerror or str(problem)).lower()})"
    except UnicodeDecodeError as problem:
        why = f"the byte 0x{problem.object[problem.start]:02x} is not UTF-8"
    except ValueError as problem:
        why = str(problem)
    raise DataError([Fault(why, str(path), remedy=_REMEDY)])


def objects(path: Path) -> tuple[list[tuple[int | None, dict[str, Any]]], list[Refusal]]:
    """The objects of a JSON array, of JSON Lines, or one object, each with its line.

    The line is None where several stand on one, as in files that tools write without line ends:
    such a number would send nobody to the right place. Halves of surrogate pairs become U+FFFD.

    Raises:
        DataError: There is none.
    """
    faults: list[Fault] = []
    rows = []
    for row in read_json(path, faults, limit=DOCUMENT_LIMIT, mend=True):
        if why := no_json(row.cells):
            faults.append(Fault(why, str(path), row.line))
        else:
            rows.append(row)
    if not rows:
        raise DataError(replace(fault, remedy=fault.remedy or _REMEDY) for fault in faults)
    lines = Counter([*(row.line for row in rows), *(fault.line for fault in faults)])
    alone = {line: line for line, times in lines.items() if times == 1}
    refused = [Refusal(one.problem, alone.get(one.line), found=one.found) for one in faults]
    return [(alone.get(row.line), row.cells) for row in rows], refused


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines in ASCII, because tools take U+2028 and its like for the end of a line."""
    with whole(path) as scratch, scratch.open("w", encoding="ascii", newline="\n") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)


def cell_of(value: object) -> Value | None:
    """A value of JSON as a rating's value; None where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        return value if value.strip() else None
    return None


def row_of_object(cells: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """An object as it stood, for the account of what was refused, without the texts sent."""
    return tuple(
        (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in cells.items()
        if name not in TEXTS
    )


@dataclass(slots=True)
class Gathered:
    """The answers to the questions of one item, as they come in."""

    values: dict[str, Value] = field(default_factory=dict)
    also: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    flaws: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, name: str, given: Sequence[object]) -> None:
        """Take what is given to a question; several values for one rating are a flaw."""
        if name == COMMENT:
            self.comments += [text for text in given if isinstance(text, str) and text]
            return
        values = [value for one in given if (value := cell_of(one)) is not None]
        if not values:
            return
        if name.startswith(ALSO):
            self.also[name.removeprefix(ALSO)] = tuple(values)
        elif len(values) > 1:
            reason = f"{len(values)} values are chosen where one is; nobody knows which counts"
            self.flaws.append((name.removeprefix(RATING), reason, shortened(values)))
        else:
            self.values[name.removeprefix(RATING)] = values[0]

    def answer(self, *, seconds: float | None = None, skipped: bool = False) -> Answer:
        """The answer."""
        names = dict.fromkeys([*self.values, *self.also])
        marks = {n: Mark(value=self.values.get(n), also=self.also.get(n, ())) for n in names}
        comment = "\n".join(self.comments)
        return Answer(marks=marks, comment=comment, seconds=seconds, skipped=skipped)

    def refusals(self, line: int | None, row: tuple[tuple[str, str], ...]) -> list[Refusal]:
        """What could not be taken."""
        return [Refusal(reason, line, key, found, row) for key, reason, found in self.flaws]
