"""Packets as a spreadsheet: XLSX by openpyxl (the extra ``xlsx``).

Sheet ``Ratings`` holds the items under a frozen header, with lists to choose from; sheet
``Guide`` the instructions and what the levels mean. Every text cell is typed as a string, so none
is ever a formula. What XML cannot hold is written as ``_xHHHH_``; what a cell cannot hold (32,767
characters) continues in further columns.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.core.packet import Packet, Reading, allowed, choices
from measurand.core.people import CANNOT_JUDGE
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.core.sound import words
from measurand.errors import DataError, Fault, MissingExtra
from measurand.store.formulas import escaped, unescaped
from measurand.store.lines import whole
from measurand.store.packets.guide import KEYS, guide_rows
from measurand.store.packets.table import (
    TEXTS,
    Line,
    header_of,
    read_table,
    row_of,
    said_column,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["read", "write"]

_LONGEST = 32_767
"""Characters of a cell, counted in UTF-16."""
_SLICE = 32_000
_MOST_BYTES = 2**29
_MOST_CELLS = 2**24
_SHOWN = 120
_WIDE, _NARROW = 60, 14
_CONTINUED = re.compile(r"(.+) \(continued (\d+)\)")
_RATINGS, _GUIDE = "Ratings", "Guide"


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the workbook.

    Returns:
        The file that was written.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    book = _workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has a sheet
        raise AssertionError
    sheet.title = _RATINGS
    guide = book.create_sheet(_GUIDE)
    lists = _guide(guide, packet)
    rows = [row_of(packet, item) for item in packet.items]
    names = _continued(header_of(packet), rows)
    for place, (name, _) in enumerate(names, 1):
        _put(sheet.cell(1, place), name, bold=True)
        _width(sheet, place, name)
    for number, row in enumerate(rows, 2):
        pieces = {name: _pieces(text) for name, text in row.items() if text}
        for place, (name, part) in enumerate(names, 1):
            base = name if part == 1 else name.rpartition(" (continued")[0]
            parts = pieces.get(base, [])
            if part <= len(parts):
                _put(sheet.cell(number, place), parts[part - 1])
    sheet.freeze_panes = "C2"
    _choices(sheet, packet, names=[name for name, _ in names], lists=lists)
    with whole(path) as scratch:
        book.save(scratch)
    return (path,)


def read(path: Path) -> Reading:
    """Read a workbook that came back: the sheet ``Ratings``, or the first one.

    Raises:
        DataError: The file is no workbook, is too large, or has no column ``code``.
        MissingExtra: openpyxl is not installed.
    """
    return read_table(path.name, _joined(_lines(path)))


def _workbook() -> Workbook:
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise MissingExtra("a packet as XLSX", "xlsx") from None
    return Workbook()


def _put(cell: Cell | MergedCell, text: str, *, bold: bool = False) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - an extra

    cell.value = escaped(text)
    cell.data_type = "s"  # what begins with = stays text
    cell.quotePrefix = True
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)


def _width(sheet: Worksheet, place: int, name: str) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra

    wide = name in TEXTS or name == "comment"
    sheet.column_dimensions[get_column_letter(place)].width = _WIDE if wide else _NARROW


def _continued(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[tuple[str, int]]:
    """The columns with those that continue them, and which part each holds."""
    columns: list[tuple[str, int]] = []
    for name in names:
        longest = max((len(_pieces(row.get(name, ""))) for row in rows), default=1)
        columns.append((name, 1))
        columns += [(f"{name} (continued {part})", part) for part in range(2, longest + 1)]
    return columns


def _pieces(text: str) -> list[str]:
    """The text in pieces, each of which fits a cell once it is escaped."""
    if len(text) * 7 <= _LONGEST:  # a character becomes seven at the most
        return [text]
    pieces = []
    while text:
        size = _SLICE
        while len(escaped(text[:size]).encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST:
            size //= 2
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def _guide(sheet: Worksheet, packet: Packet) -> dict[str, str]:
    """Fill the second sheet in; by dimension, where the values to choose from stand."""
    _put(sheet.cell(1, 1), packet.name, bold=True)
    told = [*_pieces(packet.instructions), KEYS] if packet.instructions else []
    for line, text in enumerate(told, 2):
        _put(sheet.cell(line, 1), text)
    at = sheet.max_row + 2
    for place, name in enumerate(("dimension", "level", "meaning"), 1):
        _put(sheet.cell(at, place), name, bold=True)
    for row in guide_rows(packet):
        at += 1
        for place, text in enumerate(row, 1):
            _put(sheet.cell(at, place), _pieces(text)[0])
    at += 2
    lists = {}
    for dimension in packet.dimensions:
        if not (offered := choices(dimension)):
            continue
        _put(sheet.cell(at, 1), f"to choose from: {dimension.name}", bold=True)
        for line, choice in enumerate([*offered, CANNOT_JUDGE], at + 1):
            _offer(sheet.cell(line, 1), choice, dimension)
        lists[dimension.name] = f"{_GUIDE}!$A${at + 1}:$A${at + len(offered) + 1}"
        at += len(offered) + 3
    for letter, width in (("A", _WIDE), ("B", _NARROW * 2), ("C", _WIDE)):
        sheet.column_dimensions[letter].width = width
    return lists


def _offer(cell: Cell | MergedCell, choice: str, dimension: Dimension) -> None:
    """A grade to choose from is a number, as the one that a person types."""
    if dimension.scale.labels or choice == CANNOT_JUDGE:
        _put(cell, choice)
    else:
        cell.value = int(choice)


def _choices(
    sheet: Worksheet, packet: Packet, *, names: Sequence[str], lists: Mapping[str, str]
) -> None:
    """What may be chosen, at each rating's cell."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - an extra

    last = len(packet.items) + 1
    for dimension in packet.dimensions:
        column = get_column_letter(names.index(said_column(dimension)) + 1)
        asked = DataValidation(
            type="list" if dimension.name in lists else None,
            formula1=lists.get(dimension.name),
            allow_blank=True,
            showErrorMessage=dimension.name in lists,
            error=escaped(f"allowed: {allowed(dimension)}")[:225],
            showInputMessage=True,
            promptTitle=escaped(dimension.name)[:32],
            prompt=escaped(dimension.definition)[:255],
        )
        asked.add(f"{column}2:{column}{max(last, 2)}")
        sheet.add_data_validation(asked)
        if dimension.scale.labels:  # or a spreadsheet takes 1/2 for a day
            for row in range(2, last + 1):
                sheet[f"{column}{row}"].number_format = "@"
    comment = get_column_letter(names.index("comment") + 1)
    for row in range(2, last + 1):
        sheet[f"{comment}{row}"].number_format = "@"


def _lines(path: Path) -> Iterator[Line]:
    sheet = _sheet(path)
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
        why = f"the sheet reaches to row {sheet.max_row:,} and column {sheet.max_column:,}"
        remedy = "delete the rows and columns beyond the ratings"
        raise DataError([Fault(why, str(path), remedy=remedy)])
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        yield number, [_value(cell) for cell in row]


def _sheet(path: Path) -> Worksheet:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise MissingExtra("a packet as XLSX", "xlsx") from None
    try:
        with path.open("rb") as stream:
            with zipfile.ZipFile(stream) as parts:
                size = sum(part.file_size for part in parts.infolist())
            if size <= _MOST_BYTES:
                book = load_workbook(stream)
                named = {sheet.title: sheet for sheet in book.worksheets}
                return named.get(_RATINGS, book.worksheets[0])
    except Exception as problem:  # noqa: BLE001 - whatever openpyxl makes of damaged parts
        why = f"the file is no workbook, or a damaged one ({words(problem)[:_SHOWN]})"
        remedy = "open it in a spreadsheet program and save it as XLSX, or have it sent again"
    else:
        why, remedy = f"the workbook unpacks to {size:,} bytes", "remove what was added to it"
    raise DataError([Fault(why, str(path), remedy=remedy)])


def _value(cell: object) -> Value | None:
    if cell is None:
        return None
    if isinstance(cell, bool):  # what TRUE and FALSE become that a person types
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        with suppress(OverflowError):
            return float(cell)
    return unescaped(str(cell))


def _joined(lines: Iterator[Line]) -> Iterator[Line]:
    """The rows with the continued cells put together again."""
    parts: dict[int, int] = {}
    seen = False
    for number, cells in lines:
        if not seen:
            names = [cell if isinstance(cell, str) else "" for cell in cells]
            seen = any(name.strip().lower() == "code" for name in names)
            found = {
                place: match for place, n in enumerate(names) if (match := _CONTINUED.fullmatch(n))
            }
            order = sorted(found, key=lambda place: int(found[place][2]))
            parts = {p: names.index(found[p][1]) for p in order if found[p][1] in names}
            yield number, [cell for place, cell in enumerate(cells) if place not in parts]
        else:
            yield number, _whole(cells, parts)


def _whole(cells: Sequence[Value | None], parts: Mapping[int, int]) -> list[Value | None]:
    row = list(cells)
    for place, base in parts.items():
        more = row[place]
        if more is not None:
            row[base] = f"{'' if row[base] is None else row[base]}{more}"
    return [cell for place, cell in enumerate(row) if place not in parts]
