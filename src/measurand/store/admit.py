"""Which raw ratings are taken: the one judge of every file, long or wide.

Everything is asked once a distinct cell. A rating is refused for the first thing wrong with it,
never changed; the account adds up.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from measurand.core.intake import Intake, Refusal
from measurand.core.rating import COLUMNS, DEFAULTS, Cell, Column, Ratings
from measurand.core.scale import Scale, Value
from measurand.store.fields import parser
from measurand.store.raw import Codes, RawTable, whole_lines, whole_rows
from measurand.store.scales import infer_scale, number_of, vocabulary

__all__ = ["AT", "IDENTITY", "Imported", "Scales", "admit"]

Scales = Mapping[str, Scale] | Scale | None
"""Scales by dimension, or one for all, or none: then they are inferred."""

IDENTITY = ("example", "system", "dimension", "rater", "repeat", "against", "order")
"""What makes two ratings the same rating."""
AT = "@"
"""The raw column that names, row by row, the place in the file at which the value stood."""

_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SHOWN, _NAMED = 60, 8
_Level = TypeVar("_Level")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of ratings held.

    Args:
        ratings: The ratings taken.
        intake: The account: read, kept, refused, assumed.
        scales: The scale of each dimension, given or inferred.
    """

    ratings: Ratings
    intake: Intake
    scales: Mapping[str, Scale]


@dataclass(slots=True)
class _Desk:
    """The rows of one table while they are judged."""

    table: RawTable
    alive: NDArray[np.bool_]
    refused: dict[int, tuple[str, str | None, str]] = field(default_factory=dict)
    """By row: column, found, reason."""
    notes: list[str] = field(default_factory=list)

    def refuse(self, rows: NDArray[np.int64], column: str, why: Callable[[int], str]) -> None:
        """Refuse those of these rows that are still alive."""
        for row in rows[self.alive[rows]].tolist():
            self.refused[row] = (column, self.cell(column, row), why(row))
            self.alive[row] = False

    def cell(self, column: str, row: int) -> str | None:
        raw = self.table.columns.get(column)
        return None if raw is None else raw.levels[raw.codes[row]]


@dataclass(frozen=True, slots=True)
class _Clean:
    codes: Codes
    levels: tuple[Cell, ...]


def admit(table: RawTable, scales: Scales = None, notes: Iterable[str] = ()) -> Imported:
    """Judge the rows of a table.

    A row without a value is a rating that could not be given if it has a reason or the class of
    its failure, and otherwise no rating at all; the account notes how many there were.

    Args:
        table: Columns named as in `Rating`, optional ones as they like, and `AT` if known.
        scales: Of dimensions; those not named are inferred, with a note.
        notes: What was assumed before.

    Returns:
        The ratings in the order of the file, the account and every dimension's scale.
    """
    desk = _Desk(table, np.ones(len(table.lines), np.bool_), notes=list(notes))
    _drop_empty(desk)
    present = int(desk.alive.sum())
    clean = {name: _cleaned(desk, name) for name in COLUMNS if name != "value"}
    clean["value"], found = _valued(desk, clean, scales)
    _refuse_failed(desk, clean)
    _refuse_repeated(desk, clean)
    keep = desk.alive
    ratings = Ratings({name: _column(clean[name], keep) for name in COLUMNS})
    refused = _refusals(desk)
    read = present + len(table.broken)
    intake = Intake(str(table.file), read, len(ratings), refused, tuple(desk.notes))
    return Imported(ratings, intake, found)


def _drop_empty(desk: _Desk) -> None:
    def blank(name: str) -> NDArray[np.bool_]:
        raw = desk.table.columns.get(name)
        if raw is None:
            return np.ones(len(desk.alive), np.bool_)
        return np.array([not level.strip() for level in raw.levels])[raw.codes]

    empty = blank("value") & blank("reason") & blank("failure")
    if count := int(empty.sum()):
        cells = "cell holds" if count == 1 else "cells hold"
        desk.notes.append(f"{count} empty {cells} no rating")
    desk.alive[:] = ~empty


def _cleaned(desk: _Desk, name: str) -> _Clean:
    raw = desk.table.columns.get(name)
    if raw is None:
        return _Clean(np.zeros(len(desk.alive), np.int32), (DEFAULTS.get(name),))
    cells, flaws = _parsed(raw.levels, parser(name))
    if bad := {code: flaw for code, flaw in enumerate(flaws) if flaw}:
        wrong = np.flatnonzero(np.isin(raw.codes, list(bad)))
        desk.refuse(wrong, name, lambda row: bad[int(raw.codes[row])])
    return _recoded(raw.codes, cells)


def _recoded(codes: NDArray[np.integer], cells: Iterable[Cell]) -> _Clean:
    """Give equal cells one code."""
    index: dict[tuple[type, Cell], int] = {}
    moved = [index.setdefault((type(cell), cell), len(index)) for cell in cells]
    return _Clean(np.array(moved, np.int32)[codes], tuple(cell for _, cell in index))


def _parsed(
    levels: Iterable[_Level], parse: Callable[[_Level], Cell]
) -> tuple[list[Cell], list[str | None]]:
    """The cells that levels stand for, and why those that are none are not."""
    cells: list[Cell] = []
    flaws: list[str | None] = []
    for level in levels:
        try:
            cells.append(parse(level))
            flaws.append(None)
        except ValueError as problem:
            cells.append(None)
            flaws.append(str(problem))
    return cells, flaws


def _valued(
    desk: _Desk, clean: Mapping[str, _Clean], scales: Scales
) -> tuple[_Clean, dict[str, Scale]]:
    """Place values on their dimensions' scales, asking once for each distinct triple."""
    raw = desk.table.columns["value"]
    dimension, kind = clean["dimension"], clean["kind"]
    pairs = dimension.codes.astype(np.int64) * len(kind.levels) + kind.codes
    live = np.flatnonzero(desk.alive)
    triples = (pairs * len(raw.levels) + raw.codes)[live]
    distinct, inverse, counts = np.unique(triples, return_inverse=True, return_counts=True)
    keys = []
    for triple in distinct.tolist():
        pair, text = divmod(triple, len(raw.levels))
        group, by = divmod(pair, len(kind.levels))
        people = kind.levels[by] in {"people", "reference"}
        keys.append((str(dimension.levels[group]), people, raw.levels[text].strip()))
    rules = _rules(dict(zip(keys, counts.tolist(), strict=True)), desk.notes, scales)
    cells, flaws = _parsed(keys, lambda key: rules[key[0]].parse(key[2], people=key[1]))
    column = _recoded(inverse, cells)
    codes = np.zeros(len(desk.alive), np.int32)
    codes[live] = column.codes
    wrong = np.array([flaw is not None for flaw in flaws], np.bool_)[inverse]
    reasons = {int(live[at]): str(flaws[inverse[at]]) for at in np.flatnonzero(wrong)}
    desk.refuse(live[wrong], "value", reasons.__getitem__)
    return _Clean(codes, column.levels), {name: rule.scale for name, rule in rules.items()}


def _rules(
    counts: Mapping[tuple[str, bool, str], int], notes: list[str], scales: Scales
) -> dict[str, _Rule]:
    """What each dimension's values may be, by how often people and others gave each."""
    tallies: dict[str, dict[bool, Counter[str]]] = {}
    for (name, people, text), count in counts.items():
        tally = tallies.setdefault(name, {True: Counter(), False: Counter()})
        if text and not _NOT_FINITE.fullmatch(text):
            tally[people][text] += count
    return {name: _rule(name, tally, notes, scales=scales) for name, tally in tallies.items()}


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a dimension's values may be."""

    scale: Scale
    labels: frozenset[str] | None
    by_people: bool

    def parse(self, text: str, *, people: bool) -> Value | None:
        if not text:
            return None
        if _NOT_FINITE.fullmatch(text):
            raise ValueError(f"found {text!r}, which is not a rating; allowed: {self.scale}")
        if "\0" in text:
            raise ValueError("it holds a NUL character")
        if not people and self.labels is not None and text not in self.labels:
            whose = "that people used" if self.by_people else "that is used more than once"
            known = f": {_some(self.labels)}" if self.labels else ""
            raise ValueError(f"found {_shortened(text)!r}, not a label {whose}{known}")
        if self.scale.numeric and not self.scale.binary and number_of(text) is None:
            raise ValueError(f"found {_shortened(text)!r}; allowed: {self.scale}")
        return self.scale.parse(text)


def _rule(
    name: str, tally: Mapping[bool, Counter[str]], notes: list[str], *, scales: Scales
) -> _Rule:
    people, others = tally[True], tally[False]
    scale = scales.get(name) if isinstance(scales, Mapping) else scales
    if scale is None:
        scale, seen = infer_scale(people, others)
        if people or others:
            notes.append(f"{name}: no scale given; {seen}")
    open_labels = scale.metric == "nominal" and not scale.labels
    return _Rule(scale, vocabulary(people, others) if open_labels else None, bool(people))


def _refuse_failed(desk: _Desk, clean: Mapping[str, _Clean]) -> None:
    """Refuse what has both a value and the class of why it has none."""
    live = np.flatnonzero(desk.alive)
    for name in ("value", "failure"):
        given = np.array([level is not None for level in clean[name].levels], np.bool_)
        live = live[given[clean[name].codes[live]]]
    why = "there is a value, and a failure says why there would be none; keep one of the two"
    desk.refuse(live, "failure", lambda _: why)


def _refuse_repeated(desk: _Desk, clean: Mapping[str, _Clean]) -> None:
    """Refuse what was already rated; the first stays."""
    live = np.flatnonzero(desk.alive)
    key = np.zeros(len(live), np.int64)
    size = 1
    for name in IDENTITY:
        if (many := len(clean[name].levels)) <= 1:
            continue
        if size > np.iinfo(np.int64).max // many:
            dense, key = np.unique(key, return_inverse=True)
            size = len(dense)
        key, size = key * many + clean[name].codes[live], size * many
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    starts = np.concatenate([[True], ranked[1:] != ranked[:-1]])[: len(ranked)]
    if starts.all():
        return
    first = order[np.maximum.accumulate(np.where(starts, np.arange(len(ranked)), 0))]
    lines = desk.table.lines
    original = {int(live[row]): int(lines[live[of]]) for row, of in zip(order, first, strict=True)}
    again = np.sort(live[order[~starts]])
    desk.refuse(
        again,
        "value",
        lambda row: f"the same rating as line {original[row]}; a column repeat tells two apart",
    )


def _column(clean: _Clean, keep: NDArray[np.bool_]) -> Column:
    """The rows that are kept, and of the levels those that they hold."""
    kept = clean.codes[keep]
    used = np.zeros(len(clean.levels), np.bool_)
    used[kept] = True
    moved = (np.cumsum(used) - 1).astype(np.int32)
    return Column(array("i", moved[kept].tobytes()), tuple(compress(clean.levels, used)))


def _refusals(desk: _Desk) -> tuple[Refusal, ...]:
    table = desk.table
    whole = whole_rows(table.file, frozenset(int(table.rows[row]) for row in desk.refused))
    listed = [
        Refusal(
            reason,
            line=int(table.lines[row]),
            key=desk.cell(AT, row) or column,
            found=found,
            row=whole.get(int(table.rows[row]), ()),
        )
        for row, (column, found, reason) in desk.refused.items()
    ]
    broken = [one.line for one in table.broken if one.line is not None]
    texts = whole_lines(table.file, frozenset(broken))
    listed += [replace(one, row=texts.get(one.line or 0, ())) for one in table.broken]
    return tuple(sorted(listed, key=lambda refusal: refusal.line or 0))


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _some(labels: frozenset[str]) -> str:
    listed = sorted(labels)
    return ", ".join(listed[:_NAMED]) + (", …" if len(listed) > _NAMED else "")
