# ruff: noqa: S608 - names come from this package; what users say is always bound
"""The SQL of the ledger: the same few statements for ratings and for outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import apsw

from measurand.errors import UsageError

__all__ = ["Rows", "filters", "gaps", "newest", "quoted", "versions"]

_NEWEST = 2**63 - 1
_AT_ONCE = 50
"""Rows that one statement inserts: in half the time of one statement each."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are to be added to a table.

    Args:
        table: The table.
        key: Its columns that say what a row is about.
        fields: Its columns that come from the row, the key among them.
        count: How many rows there are.
        cells: Starts over with the rows, of different keys, without what is constant, in the
            order of ``fields``.
        constants: Columns that are the same in every row, at most all but one.
    """

    table: str
    key: tuple[str, ...]
    fields: tuple[str, ...]
    count: int
    cells: Callable[[], Iterable[tuple[Any, ...]]]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def add(self, connection: apsw.Connection, batch: int) -> tuple[int, int]:
        """Add what the newest revisions do not say already.

        Returns:
            How many rows were added, and how many of them supersede another.
        """
        first = self._add_new(connection, batch)
        if first == self.count:
            return first, 0
        superseding = self._add_revisions(connection, batch)
        return first + superseding, superseding

    def _add_new(self, connection: apsw.Connection, batch: int) -> int:
        """Add the rows about which the table says nothing yet; returns how many."""
        before = connection.total_changes()
        row = ", ".join(self._literal(name, "?") for name in self.fields)
        self._insert(
            connection,
            f"INSERT INTO {self.table} ({quoted(self.fields)}, batch, revision)",
            row=f"({row}, {batch}, 0)",
            end=f"ON CONFLICT ({quoted(self.key)}, revision) DO NOTHING",
        )
        return connection.total_changes() - before

    def _add_revisions(self, connection: apsw.Connection, batch: int) -> int:
        """Add the rows that say something else than the newest revision; returns how many."""
        varying = [name for name in self.fields if name not in self.constants]
        connection.execute(f"CREATE TEMP TABLE incoming ({quoted(varying)})")
        marks = ", ".join("?" * len(varying))
        self._insert(connection, "INSERT INTO incoming", row=f"({marks})")
        new = [f'{self._literal(name, quoted([name]))} AS "{name}"' for name in self.fields]
        rest = [name for name in self.fields if name not in self.key]
        connection.execute(
            f"""INSERT INTO {self.table} ({quoted(self.fields)}, batch, revision)
                SELECT {quoted(self.fields, "new.")}, :batch, last.revision + 1
                FROM (SELECT {", ".join(new)} FROM incoming) AS new
                JOIN {self.table} AS last ON {_same(self.key, "last", "new")}
                  AND NOT EXISTS (SELECT 1 FROM {self.table} AS later
                                  WHERE {_same(self.key, "later", "new")}
                                  AND later.revision = last.revision + 1)
                WHERE NOT ({_same(rest, "last", "new")})
                  OR (SELECT version FROM batch WHERE id = last.batch)
                     <> (SELECT version FROM batch WHERE id = :batch)""",
            {"batch": batch},
        )
        added = connection.changes()
        connection.execute("DROP TABLE temp.incoming")
        return added

    def _insert(self, connection: apsw.Connection, into: str, *, row: str, end: str = "") -> None:
        cells = iter(self.cells())
        while part := tuple(islice(cells, _AT_ONCE)):
            rows = ", ".join([row] * len(part))
            connection.execute(f"{into} VALUES {rows} {end}", tuple(chain.from_iterable(part)))

    def _literal(self, name: str, otherwise: str) -> str:
        if name in self.constants:
            return apsw.format_sql_value(self.constants[name])
        return otherwise


def newest(table: str, key: tuple[str, ...], select: str, *, where: str, version: bool) -> str:
    """Select the newest revisions; of some versions where that is asked, bound by `versions`."""
    if version:
        # SQLite takes the other columns from the row that has the maximum.
        return f"""SELECT {select} FROM (
                     SELECT *, max(revision) FROM {table}
                     WHERE batch IN (
                       SELECT id FROM batch
                       WHERE version IN (SELECT value FROM json_each(:version))
                         AND id <= :until) AND {where}
                     GROUP BY {quoted(key)})"""
    return f"""SELECT {select} FROM {table} AS r WHERE {where} AND NOT EXISTS (
                 SELECT 1 FROM {table} AS later
                 WHERE {_same(key, "later", "r")} AND later.revision = r.revision + 1)"""


def filters(
    cells: Mapping[str, str | frozenset[str]], allowed: tuple[str, ...]
) -> tuple[str, dict[str, str]]:
    """The condition that cells are among those wanted, and its bindings.

    Raises:
        UsageError: A name is not allowed.
    """
    if odd := sorted(cells.keys() - set(allowed)):
        raise UsageError(f"no filter {', '.join(odd)}; there are: version, {', '.join(allowed)}")
    conditions = ["1"]
    bindings: dict[str, str] = {}
    for name, wanted in cells.items():
        texts = sorted(wanted) if isinstance(wanted, frozenset) else [wanted]
        known = f"SELECT id FROM text WHERE text IN (SELECT value FROM json_each(:{name}))"
        conditions.append(f'"{name}" IN ({known})')
        bindings[name] = json.dumps(texts)
    return " AND ".join(conditions), bindings


def versions(wanted: str | frozenset[str] | None, until: int | None = None) -> dict[str, str | int]:
    """The bindings of a version, or of several, up to a batch."""
    if wanted is None:
        return {}
    told = json.dumps(sorted(wanted) if isinstance(wanted, frozenset) else [wanted])
    return {"version": told, "until": _NEWEST if until is None else until}


def quoted(names: Iterable[str], whose: str = "") -> str:
    """Column names for SQL."""
    return ", ".join(f'{whose}"{name}"' for name in names)


def gaps(table: str, key: tuple[str, ...]) -> str:
    """Select revisions whose predecessor is missing."""
    return f"""SELECT '{table}' FROM {table} AS r WHERE revision > 0 AND NOT EXISTS (
        SELECT 1 FROM {table} AS old
        WHERE {_same(key, "old", "r")} AND old.revision = r.revision - 1)"""


def _same(names: Iterable[str], one: str, other: str) -> str:
    """The condition that two rows agree in these columns; none agrees with none."""
    return " AND ".join(f'{one}."{name}" IS {other}."{name}"' for name in names)
