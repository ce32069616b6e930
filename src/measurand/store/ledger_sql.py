# ruff: noqa: S608 - names come from this package; what users say is always bound
"""The SQL of the ledger: the same few statements for ratings and for outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from measurand.errors import UsageError

__all__ = ["filters", "gaps", "insertion", "newest", "quoted"]


def insertion(table: str, key: tuple[str, ...], fields: tuple[str, ...]) -> str:
    """Insert the rows of the table ``incoming`` that the newest revisions do not say already."""
    cells = [name for name in fields if name not in key]
    return f"""
        INSERT INTO {table} ({quoted(fields)}, batch, revision)
        SELECT {quoted(fields, "new.")}, :batch, ifnull(last.revision + 1, 0)
        FROM incoming AS new
        LEFT JOIN {table} AS last ON {_same(key, "last", "new")} AND NOT EXISTS (
          SELECT 1 FROM {table} AS later
          WHERE {_same(key, "later", "new")} AND later.revision = last.revision + 1)
        WHERE last.revision IS NULL OR NOT ({_same(cells, "last", "new")})
          OR (SELECT version FROM batch WHERE id = last.batch)
             <> (SELECT version FROM batch WHERE id = :batch)
        RETURNING revision"""


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
