"""Wide files: one row, many ratings, as a `WideMapping` says.

Everything is done once a distinct cell, or once a distinct pair of cells where two make a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from measurand.core.rating import COLUMNS
from measurand.errors import DataError, Fault
from measurand.store.admit import AT
from measurand.store.fields import ASSUMED
from measurand.store.flat import Cells, Flat, constant, read_flat
from measurand.store.mapping import PLACEHOLDER, ValueColumns, WideMapping
from measurand.store.raw import Codes, Numbers, Raw, RawTable

__all__ = ["read_wide"]

_OWN = ("index", "column")
"""Placeholders that every rating has: its place in a list, and the header of its value."""
_LISTED = 40


def read_wide(file: Path, mapping: WideMapping) -> tuple[RawTable, list[str]]:
    """Read a wide file into one row a rating; with what was assumed.

    Raises:
        DataError: The file holds no rows, or the mapping does not fit its columns; every fault
            is listed, with the columns that the file has.
    """
    flat = read_flat(file, _wanted(mapping), within=mapping.rows)
    if misfits := list(_misfits(mapping, flat)):
        raise DataError(misfits)
    parts = [_ratings(cell, flat) for cell in _value_cells(mapping, flat.headers)]
    assumed = {name: value for name, value in ASSUMED.items() if name not in _named(mapping)}
    notes = [f"no {name} is mapped; every rating is taken as {assumed[name]!r}" for name in assumed]
    return _table(flat, parts), notes


@dataclass(frozen=True, slots=True)
class _Template:
    """A text with placeholders: ``texts`` before, between and after ``names``."""

    texts: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Template:
        parts = PLACEHOLDER.split(text)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    @classmethod
    def of_source(cls, text: str) -> _Template:
        """Of a template, or of the name of a column."""
        return cls.of(text) if PLACEHOLDER.search(text) else cls(("", ""), (text,))

    def filled(self, source: Callable[[str], Raw], length: int) -> Raw:
        """Fill in columns; with one of them empty there is no telling, and all is empty."""
        if self.texts == ("", ""):
            return source(self.names[0])
        whole = constant(self.texts[0], length)
        codes, levels = whole.codes, list[str | None](whole.levels)
        for name, after in zip(self.names, self.texts[1:], strict=True):
            raw = source(name)
            pairs = codes.astype(np.int64) * len(raw.levels) + raw.codes
            distinct, inverse = np.unique(pairs, return_inverse=True)
            codes = inverse.astype(np.int32)
            both = (divmod(pair, len(raw.levels)) for pair in distinct.tolist())
            levels = [_joined(levels[left], raw.levels[right], after) for left, right in both]
        return Raw(codes, tuple(level or "" for level in levels))


@dataclass(frozen=True, slots=True)
class _ValueCell:
    """One column of values: what each of its cells makes of a row."""

    header: str
    block: ValueColumns
    named: Mapping[str, str]
    """What the pattern found in the header."""
    templates: Mapping[str, _Template]


@dataclass(frozen=True, slots=True)
class _Part:
    """The ratings of one column of values."""

    rows: NDArray[np.int64]
    columns: Mapping[str, Raw]


def _ratings(cell: _ValueCell, flat: Flat) -> _Part:
    cells = _those(flat, flat.cells[cell.header], cell.block.when)
    count = len(cells.rows)
    stem = cell.header.removesuffix("[]")
    own = {name: constant(text, count) for name, text in cell.named.items()}
    own = {"column": constant(cell.header, count)} | own
    place = own["column"] if stem == cell.header else _numbered(f"{stem}[{{}}]", cells.places)
    if stem != cell.header:
        own["index"] = _numbered("{}", cells.places)

    def source(name: str) -> Raw:
        return own[name] if name in own else flat.at(name, cells.rows)

    columns = {name: one.filled(source, count) for name, one in cell.templates.items()}
    recode = cell.block.recode
    values = tuple(recode.get(level, level) for level in cells.raw.levels)
    return _Part(cells.rows, {**columns, "value": Raw(cells.raw.codes, values), AT: place})


def _those(flat: Flat, cells: Cells, when: Mapping[str, str]) -> Cells:
    """The cells in rows whose columns match."""
    for name, pattern in when.items():
        raw = flat.at(name, cells.rows)
        keep = np.array([fnmatchcase(level, pattern) for level in raw.levels])[raw.codes]
        kept = Raw(cells.raw.codes[keep], cells.raw.levels)
        cells = Cells(kept, cells.rows[keep], cells.places[keep], cells.listed)
    return cells


def _numbered(text: str, places: Codes) -> Raw:
    return Raw(places, tuple(text.format(at) for at in range(int(places.max(initial=0)) + 1)))


def _table(flat: Flat, parts: Sequence[_Part]) -> RawTable:
    """The ratings of all columns of values, row by row."""
    rows = np.concatenate([part.rows for part in parts])
    if not len(rows):
        raise DataError([Fault("nothing in the file makes a rating", str(flat.file))])
    order = np.argsort(rows, kind="stable")
    columns = {}
    for name in dict.fromkeys(name for part in parts for name in part.columns):
        there = [part.columns.get(name) or constant("", len(part.rows)) for part in parts]
        columns[name] = _stacked(there, order)
    rows = rows[order]
    return RawTable(flat.file, columns, flat.lines[rows], flat.rows[rows], flat.broken)


def _stacked(raws: Sequence[Raw], order: NDArray[np.intp]) -> Raw:
    """Columns one below the other, put in order; levels as they first appear."""
    numbers = Numbers({"": 0})
    moved: dict[int, Codes] = {}
    parts = []
    for raw in raws:
        same = id(raw.levels)  # often a column of the file stands below itself
        if same not in moved:
            levels = map(numbers.__getitem__, raw.levels)
            moved[same] = np.fromiter(levels, np.int32, len(raw.levels))
        parts.append(moved[same][raw.codes])
    codes = np.concatenate(parts)[order]
    first = np.full(len(numbers), len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of a repeated index the last counts
    first[0] = -1
    ranked = np.argsort(first, kind="stable")
    rank = np.empty(len(ranked), np.int32)
    rank[ranked] = np.arange(len(ranked))
    texts = tuple(numbers)
    return Raw(rank[codes], tuple(texts[code] for code in ranked.tolist()))


def _joined(before: str | None, text: str, after: str) -> str | None:
    return f"{before}{text}{after}" if text and before is not None else None


def _wanted(mapping: WideMapping) -> Callable[[str], bool]:
    """Whether a column is needed."""
    names = {name for block in mapping.values for name in block.when}
    patterns = [_compiled(pattern) for block in mapping.values for pattern in block.columns]
    for text in mapping.fields.values():
        names.update(_Template.of_source(text).names)
    for texts in (mapping.constants, *(block.fields for block in mapping.values)):
        names.update(name for text in texts.values() for name in PLACEHOLDER.findall(text))

    def wanted(header: str) -> bool:
        return header in names or any(pattern.fullmatch(header) for pattern in patterns)

    return wanted


def _misfits(mapping: WideMapping, flat: Flat) -> Iterator[Fault]:
    """What of the mapping the file does not have."""
    file, columns = str(flat.file), ", ".join(flat.headers[:_LISTED])
    known = {*flat.headers, *_OWN}
    for at, block in enumerate(mapping.values):
        for pattern in block.columns:
            if not any(map(_compiled(pattern).fullmatch, flat.headers)):
                problem = f"no column matches {pattern!r}"
                yield Fault(problem, file, key=f"values[{at}].columns", allowed=columns)
        for name in sorted(block.when.keys() - set(flat.headers)):
            problem = f"no column {name!r}"
            yield Fault(problem, file, key=f"values[{at}].when", allowed=columns)
        for key, template in block.fields.items():
            unknown = set(PLACEHOLDER.findall(template)) - known - _placeholders(block)
            for name in sorted(unknown):
                problem = f"{{{name}}} is neither a placeholder nor a column"
                yield Fault(problem, file, key=f"values[{at}].{key}", allowed=columns)
    for key, text in mapping.fields.items():
        if text not in known and not PLACEHOLDER.search(text):
            yield Fault(f"no column {text!r}", file, key=key, allowed=columns)
    if "example" not in _named(mapping):
        yield Fault("no column holds the example", file, key="example", allowed=columns)


def _named(mapping: WideMapping) -> set[str]:
    """What the mapping says about a rating, somewhere."""
    named = {*mapping.fields, *mapping.constants}
    for block in mapping.values:
        named |= block.fields.keys() | _placeholders(block)
    return named


def _value_cells(mapping: WideMapping, headers: tuple[str, ...]) -> Iterator[_ValueCell]:
    for block in mapping.values:
        for pattern in map(_compiled, block.columns):
            for header in headers:
                if found := pattern.fullmatch(header):
                    named = found.groupdict()
                    yield _ValueCell(header, block, named, _templates(mapping, block, named))


def _templates(
    mapping: WideMapping, block: ValueColumns, named: Mapping[str, str]
) -> dict[str, _Template]:
    """Each cell of the rating from its nearest source: block, pattern, column, constant."""
    plain = {"rater": "{column}", **ASSUMED, **mapping.constants}
    templates = {name: _Template.of(text) for name, text in plain.items()}
    templates |= {name: _Template.of_source(text) for name, text in mapping.fields.items()}
    templates |= {name: _Template.of(f"{{{name}}}") for name in named if name in COLUMNS}
    templates |= {name: _Template.of(text) for name, text in block.fields.items()}
    return templates


def _placeholders(block: ValueColumns) -> set[str]:
    return {name for pattern in block.columns for name in PLACEHOLDER.findall(pattern)}


def _compiled(pattern: str) -> re.Pattern[str]:
    """The headers that fit, and in groups what the placeholders stand for."""
    parts = PLACEHOLDER.split(pattern)
    literal = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>.+?)" for name in parts[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(literal, names, strict=True)), re.DOTALL)
