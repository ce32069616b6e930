"""Packets as CSV: one row an item, for any spreadsheet program.

UTF-8 with a byte order mark, so that spreadsheet programs take it as UTF-8; comma-separated. What
comes back may be separated by semicolons or tabs, and may be UTF-16, as some programs save it.
Beside the table goes a text file with the instructions and what the levels mean.

The apostrophe rule makes every cell harmless where the file is opened as what it is: separated by
commas. A program that is told another separator takes cells apart at other places, and no rule
about a cell's beginning can help; `measurand.store.packets.xlsx` has no separator.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from measurand.core.packet import Packet, Reading
from measurand.errors import DataError, Fault
from measurand.store.formulas import escaped, natural, neutral, unescaped
from measurand.store.lines import DOCUMENT_LIMIT, whole
from measurand.store.packets.guide import guide_text
from measurand.store.packets.table import Line, header_of, read_table, row_of

__all__ = ["read", "write"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the table and, beside it, a text file with the instructions and the levels.

    Returns:
        The files that were written.
    """
    names = header_of(packet)
    guide = path.with_suffix(".guide.txt")
    with whole(path) as scratch, scratch.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(map(_cell, names))
        for item in packet.items:
            row = row_of(packet, item)
            table.writerow([_cell(row.get(name, "")) for name in names])
    with whole(guide) as scratch:
        scratch.write_text(guide_text(packet), encoding="utf-8")
    return path, guide


def read(path: Path) -> Reading:
    """Read a table that came back.

    Raises:
        DataError: The file is no table of text, or has no column ``code``.
    """
    return read_table(path.name, _lines(path))


def _cell(text: str) -> str:
    return neutral(escaped(text, crlf=True))


def _lines(path: Path) -> Iterator[Line]:
    text = _decoded(path)
    # The limit is global to the csv module and 128 KiB by default; it is only ever raised.
    csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    first = text[: text.find("code") + 4].rpartition("\n")[2]
    line = text[text.find(first) :].partition("\n")[0]
    delimiter = max(",;\t", key=line.count)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    start = 1
    try:
        for cells in rows:
            yield start, [unescaped(natural(cell)) for cell in cells]
            start = rows.line_num + 1
    except csv.Error as problem:
        remedy = "put the cell in double quotes and double the quotes inside it"
        fault = Fault(f"the rest cannot be read ({problem})", str(path), start, remedy=remedy)
        raise DataError([fault]) from None


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        why = f"the file cannot be read ({(problem.strerror or str(problem)).lower()})"
        remedy = "give the table as a file"
        raise DataError([Fault(why, str(path), remedy=remedy)]) from None
    if len(raw) > DOCUMENT_LIMIT:
        raise DataError([Fault(f"the file has more than {DOCUMENT_LIMIT} bytes", str(path))])
    encoding, name = ("utf-16", "UTF-16") if raw[:2] in _UTF16 else ("utf-8-sig", "UTF-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        why = f"the byte 0x{raw[problem.start]:02x} is not {name}"
        remedy = "save the file as CSV UTF-8"
        raise DataError([Fault(why, str(path), line, remedy=remedy)]) from None
