"""Wide files: one row, many ratings, as a `WideMapping` says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from measurand.core.rating import COLUMNS
from measurand.errors import DataError, Fault
from measurand.store.admit import AT
from measurand.store.fields import ASSUMED
from measurand.store.lines import Row, read_rows
from measurand.store.mapping import PLACEHOLDER, ValueColumns, WideMapping
from measurand.store.raw import CHUNK, Encoder, RawTable, cell_text

__all__ = ["read_wide"]

_OWN = ("index", "column")
"""Placeholders that every rating has: its place in a list, and the header of its value."""
_LISTED = 40

_Cells = dict[str, str]
_Template = Callable[[Mapping[str, str]], str]


def read_wide(file: Path, mapping: WideMapping) -> tuple[RawTable, list[str]]:
    """Read a wide file into one row a rating; with what was assumed.

    Raises:
        DataError: The file holds no rows, or the mapping does not fit its columns; every fault
            is listed, with the columns that the file has.
    """
    faults: list[Fault] = []
    reader, encoder = _Reader(mapping), Encoder()
    numbered = enumerate(read_rows(file, faults))
    cells = ((row.line, cell, at) for at, row in numbered for cell in reader.ratings(row))
    while chunk := list(islice(cells, CHUNK)):
        names = dict.fromkeys(name for _, cell, _ in chunk for name in cell)
        columns = {name: [cell.get(name, "") for _, cell, _ in chunk] for name in names}
        encoder.add([line for line, _, _ in chunk], columns, rows=[at for _, _, at in chunk])
    if reader.headers and (misfits := list(reader.misfits(str(file)))):
        raise DataError(misfits)
    assumed = {name: value for name, value in ASSUMED.items() if name not in reader.fields()}
    notes = [f"no {name} is mapped; every rating is taken as {assumed[name]!r}" for name in assumed]
    return encoder.table(file, faults), notes


@dataclass(frozen=True, slots=True)
class _ValueCell:
    """One column of values: what each of its cells makes of a row."""

    header: str
    block: ValueColumns
    named: Mapping[str, str]
    """What the pattern found in the header."""
    templates: Mapping[str, _Template]


@dataclass(slots=True)
class _Reader:
    mapping: WideMapping
    headers: dict[str, None] = field(default_factory=dict)
    """Every column seen, in order."""
    _cells: dict[tuple[str, ...], list[_ValueCell]] = field(default_factory=dict)
    """What there is to read, by the columns of a row."""
    _matched: set[str] = field(default_factory=set)
    """Patterns and headers of values that were found."""

    def ratings(self, row: Row) -> Iterator[_Cells]:
        flat = dict(_flattened(row.cells))
        shape = tuple(flat)
        if shape not in self._cells:
            self.headers.update(dict.fromkeys(shape))
            self._cells[shape] = list(self._value_cells(shape))
        single = {name: cell for name, cell in flat.items() if isinstance(cell, str)}
        for cell in self._cells[shape]:
            if all(fnmatchcase(single.get(n, ""), glob) for n, glob in cell.block.when.items()):
                found = flat[cell.header]
                values = [found] if isinstance(found, str) else found
                for index, value in enumerate(values):
                    yield _rating(cell, value, index=index, row=single)

    def misfits(self, file: str) -> Iterator[Fault]:
        """What of the mapping the file does not have."""
        columns = ", ".join(list(self.headers)[:_LISTED])
        known = {*self.headers, *_OWN}
        for at, block in enumerate(self.mapping.values):
            for pattern in block.columns:
                if pattern not in self._matched:
                    problem = f"no column matches {pattern!r}"
                    yield Fault(problem, file, key=f"values[{at}].columns", allowed=columns)
            for name in sorted(block.when.keys() - self.headers.keys()):
                problem = f"no column {name!r}"
                yield Fault(problem, file, key=f"values[{at}].when", allowed=columns)
            for key, template in block.fields.items():
                unknown = set(PLACEHOLDER.findall(template)) - known - _placeholders(block)
                for name in sorted(unknown):
                    problem = f"{{{name}}} is neither a placeholder nor a column"
                    yield Fault(problem, file, key=f"values[{at}].{key}", allowed=columns)
        for key, source in self.mapping.fields.items():
            if source not in known and not PLACEHOLDER.search(source):
                yield Fault(f"no column {source!r}", file, key=key, allowed=columns)
        if "example" not in self.fields():
            yield Fault("no column holds the example", file, key="example", allowed=columns)

    def fields(self) -> set[str]:
        """What the mapping says about a rating, somewhere."""
        named = {*self.mapping.fields, *self.mapping.constants}
        for block in self.mapping.values:
            named |= block.fields.keys() | _placeholders(block)
        return named

    def _value_cells(self, shape: tuple[str, ...]) -> Iterator[_ValueCell]:
        for block in self.mapping.values:
            for pattern in block.columns:
                for header, named in _matches(pattern, shape):
                    self._matched.add(pattern)
                    yield _ValueCell(header, block, named, self._templates(block, named))

    def _templates(self, block: ValueColumns, named: Mapping[str, str]) -> dict[str, _Template]:
        """Each cell of the rating from its nearest source: block, pattern, column, constant."""
        plain = {**ASSUMED, **self.mapping.constants}
        templates = {name: _constant(text) for name, text in plain.items()}
        templates |= {"rater": _constant("{column}")} if "rater" not in plain else {}
        templates |= {name: _source(text) for name, text in self.mapping.fields.items()}
        templates |= {name: _source(f"{{{name}}}") for name in named if name in COLUMNS}
        templates |= {name: _template(text) for name, text in block.fields.items()}
        return templates


def _rating(cell: _ValueCell, value: str, *, index: int, row: Mapping[str, str]) -> _Cells:
    context = {**row, "column": cell.header, **cell.named}
    place = cell.header
    if place.endswith("[]"):
        place = f"{place[:-1]}{index}]"
        context["index"] = str(index)
    cells = {name: template(context) for name, template in cell.templates.items()}
    return {**cells, "value": cell.block.recode.get(value, value), AT: place}


def _placeholders(block: ValueColumns) -> set[str]:
    return {name for pattern in block.columns for name in PLACEHOLDER.findall(pattern)}


def _matches(pattern: str, headers: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The headers that fit a pattern, and what its placeholders stand for there."""
    parts = PLACEHOLDER.split(pattern)
    literal = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>.+?)" for name in parts[1::2]] + [""]
    whole = re.compile("".join(a + b for a, b in zip(literal, names, strict=True)), re.DOTALL)
    for header in headers:
        if found := whole.fullmatch(header):
            yield header, found.groupdict()


def _constant(text: str) -> _Template:
    return _template(text) if PLACEHOLDER.search(text) else lambda _: text


def _source(text: str) -> _Template:
    return _template(text) if PLACEHOLDER.search(text) else lambda row: row.get(text, "")


def _template(text: str) -> _Template:
    """Fill in placeholders; with one of them empty there is no telling, and all is empty."""
    parts = PLACEHOLDER.split(text)
    names = parts[1::2]

    def fill(row: Mapping[str, str]) -> str:
        found = [row.get(name, "") for name in names]
        if not all(found):
            return ""
        return "".join(a + b for a, b in zip(parts[::2], [*found, ""], strict=True))

    return fill


def _flattened(
    cells: Mapping[str, object], prefix: str = ""
) -> Iterator[tuple[str, str | list[str]]]:
    """Keys within keys as ``a.b``, lists as ``a.b[]``; every cell as text."""
    for name, cell in cells.items():
        path = f"{prefix}{name}"
        if isinstance(cell, dict):
            yield from _flattened(cell, f"{path}.")
        elif isinstance(cell, list):
            yield f"{path}[]", [_element(one) for one in cell]
        else:
            yield path, cell_text(cell)


def _element(one: object) -> str:
    return json.dumps(one, ensure_ascii=False) if isinstance(one, list | dict) else cell_text(one)
