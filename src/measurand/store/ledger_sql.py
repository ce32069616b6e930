# ruff: noqa: S608 - names come from this package; what users say is always bound
"""The SQL of the ledger: the same few statements for ratings and for outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import apsw

from measurand.errors import UsageError

__all__ = ["Rows", "filters", "gaps", "newest", "quoted"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are to be added to a table.

    Args:
        table: The table.
        key: Its columns that say what a row is about.
        fields: Its columns that come from the row, the key among them.
        cells: The rows, of different keys, without what is constant, in the order of ``fields``.
        constants: Columns that are the same in every row; none of the key.
    """

    table: str
    key: tuple[str, ...]
    fields: tuple[str, ...]
    cells: Iterable[tuple[Any, ...]]
    constants: Mapping[str, Any] = field(default_factory=dict)

    def load(self, connection: apsw.Connection) -> None:
        """Put the rows into the temporary table ``incoming``."""
        varying = [name for name in self.fields if name not in self.constants]
        connection.execute(f"CREATE TEMP TABLE incoming ({quoted(varying)})")
        marks = ", ".join("?" * len(varying))
        connection.executemany(f"INSERT INTO incoming VALUES ({marks})", self.cells)

    def add(self, connection: apsw.Connection, batch: int) -> tuple[int, int]:
        """Add what came in and the newest revisions do not say already.

        Returns:
            How many rows were added, and how many of them supersede another.
        """
        new = [f':{n} AS "{n}"' if n in self.constants else f'"{n}"' for n in self.fields]
        rest = [name for name in self.fields if name not in self.key]
        connection.execute(
            f"""INSERT INTO {self.table} ({quoted(self.fields)}, batch, revision)
                SELECT {quoted(self.fields, "new.")}, :batch, ifnull(last.revision + 1, 0)
                FROM (SELECT {", ".join(new)} FROM incoming) AS new
                LEFT JOIN {self.table} AS last ON {_same(self.key, "last", "new")}
                  AND NOT EXISTS (SELECT 1 FROM {self.table} AS later
                                  WHERE {_same(self.key, "later", "new")}
                                  AND later.revision = last.revision + 1)
                WHERE last.revision IS NULL OR NOT ({_same(rest, "last", "new")})
                  OR (SELECT version FROM batch WHERE id = last.batch)
                     <> (SELECT version FROM batch WHERE id = :batch)""",
            {**self.constants, "batch": batch},
        )
        added = connection.changes()
        superseding = f"""SELECT count(*) FROM incoming AS new JOIN {self.table} AS added
            ON {_same(self.key, "added", "new")} AND added.revision > 0 AND added.batch = ?"""
        return added, int(connection.execute(superseding, (batch,)).get or 0)


def newest(
    table: str, key: tuple[str, ...], select: str, *, where: str, version: str | None
) -> str:
    """Select the newest revisions; of one version where it is given, bound as ``:version``."""
    if version is not None:
        # SQLite takes the other columns from the row that has the maximum.
        return f"""SELECT {select} FROM (
                     SELECT *, max(revision) FROM {table}
                     WHERE batch IN (SELECT id FROM batch WHERE version = :version) AND {where}
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
