"""What of a ledger counts now: texts come and go, and ratings are about the one they saw."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from measurand.core.failure import STALE
from measurand.core.output import Output
from measurand.store.ledger_outputs import OUTPUT_FIELDS, output_of
from measurand.store.ledger_plain import KEY
from measurand.store.ledger_sql import quoted

__all__ = [
    "TURNED",
    "AsOf",
    "RatingKey",
    "last_asked",
    "outputs_as_of",
    "stale_ratings",
    "strangers",
    "turned",
]

TURNED = "turned"
"""The event that answers stand under the key of another question than before: an example was
edited, and perhaps put back. What was said last of an answer is said under the last key."""
Unit = tuple[str, str, int]
"""Example, system, trial."""

RatingKey = tuple[str, str, str, str, int, str | None, str | None]
"""Example, system, dimension, rater, repeat, against, order."""

_SAME = " AND ".join(f'later."{name}" = r."{name}"' for name in KEY)
_AS_OF = f"""SELECT {quoted(OUTPUT_FIELDS, "o.")}, NOT EXISTS (
      SELECT 1 FROM output AS later JOIN batch AS b ON b.id = later.batch AND b.version = :version
      WHERE (later.example, later.system, later.trial) = (o.example, o.system, o.trial)
      AND later.revision > o.revision AND later.text IS NOT o.text)
    FROM output AS o JOIN batch AS own ON own.id = o.batch AND own.version = :version
    WHERE o.example = (SELECT id FROM text WHERE text = :example)
    AND o.system = (SELECT id FROM text WHERE text = :system) AND o.trial = :trial
    AND o.batch <= (SELECT batch FROM work WHERE "key" = :key ORDER BY revision DESC LIMIT 1)
    ORDER BY o.revision DESC LIMIT 1"""  # noqa: S608 - constant
_KEYED = """e.text, s.text, d.text, p.text, r."repeat", a.text, o.text FROM rating AS r
    JOIN text AS e ON e.id = r.example JOIN text AS s ON s.id = r.system
    JOIN text AS d ON d.id = r.dimension JOIN text AS p ON p.id = r.rater
    LEFT JOIN text AS a ON a.id = r.against LEFT JOIN text AS o ON o.id = r."order" """
_STALE = f"""SELECT {_KEYED} WHERE r.failure = :stale
    AND r.example IN (SELECT id FROM text WHERE text IN (SELECT value FROM json_each(:examples)))
    AND r.batch IN (SELECT id FROM batch WHERE version IN (SELECT value FROM json_each(:versions)))
    AND NOT EXISTS (SELECT 1 FROM rating AS later JOIN batch AS b ON b.id = later.batch
                    WHERE {_SAME} AND later.revision > r.revision
                    AND b.version IN (SELECT value FROM json_each(:versions)))"""  # noqa: S608 - constant
_STRANGERS = f"""SELECT {_KEYED} JOIN batch AS b ON b.id = r.batch AND b.version = ''
    WHERE r.against = 0
    AND (r.example, r.system) IN (SELECT example, system FROM output WHERE revision > 0)
    AND NOT EXISTS (SELECT 1 FROM rating AS later JOIN batch AS own
                    ON own.id = later.batch AND own.version = ''
                    WHERE {_SAME} AND later.revision > r.revision)
    AND ifnull((SELECT ifnull(text, '') FROM output AS then_
                WHERE (then_.example, then_.system, then_.trial) = (r.example, r.system, 0)
                AND then_.batch < r.batch ORDER BY then_.revision DESC LIMIT 1),
               (SELECT ifnull(text, '') FROM output AS first
                WHERE (first.example, first.system, first.trial) = (r.example, r.system, 0)
                ORDER BY first.revision LIMIT 1))
     <> (SELECT ifnull(text, '') FROM output AS now_ JOIN batch AS n ON n.id = now_.batch
         WHERE (now_.example, now_.system, now_.trial) = (r.example, r.system, 0)
         AND n.version IN (SELECT value FROM json_each(:versions))
         ORDER BY now_.revision DESC LIMIT 1)"""  # noqa: S608 - constant


_LAST = f"""SELECT unit.value ->> 0, unit.value ->> 1, unit.value ->> 2, unit.value ->> 3
    FROM run, json_each(run.manifest, '$.keys') AS unit WHERE run.event = '{TURNED}'
    AND unit.value ->> 0 IN (SELECT value FROM json_each(:examples)) ORDER BY run.id"""  # noqa: S608 - constant
_THERE = """SELECT 1 FROM output AS o JOIN batch AS b ON b.id = o.batch AND b.version = :version
    WHERE o.example = (SELECT id FROM text WHERE text = :example)
    AND o.system = (SELECT id FROM text WHERE text = :system) AND o.trial = :trial LIMIT 1"""


@dataclass(frozen=True, slots=True)
class AsOf:
    """An output as it stood at some time.

    Args:
        output: The output.
        newest: Whether no other text has taken its place since, and nothing else was asked.
    """

    output: Output
    newest: bool


def outputs_as_of(
    connection: apsw.Connection, keys: Mapping[str, tuple[str, str, int, str]]
) -> dict[str, AsOf]:
    """What stood there right after each of these was done; see `WorkLog.outputs`."""
    found: dict[str, AsOf] = {}
    last = last_asked(connection, (example for example, *_ in keys.values()))
    for key, (example, system, trial, version) in keys.items():
        names = {"example": example, "system": system, "trial": trial}
        row: Any = connection.execute(_AS_OF, {**names, "version": version, "key": key}).fetchone()
        if row is not None:
            *cells, newest = row
            known = {cells[0]: example, cells[1]: system}
            same = last.get((example, system, trial), key) == key
            found[key] = AsOf(output_of(cells, known), bool(newest) and same)
    return found


def last_asked(connection: apsw.Connection, examples: Iterable[str]) -> dict[Unit, str]:
    """Under which key each answer was asked for last, where it was ever under several."""
    told = {"examples": json.dumps(sorted(set(examples)))}
    rows: Any = connection.execute(_LAST, told)
    return {(example, system, int(trial)): key for example, system, trial, key in rows}


def turned(
    connection: apsw.Connection, asked: Iterable[tuple[str, Output, str]], new: Container[str]
) -> list[list[Any]]:
    """Which answers are about to stand under another key than before, as `TURNED` notes them.

    Args:
        connection: The ledger's.
        asked: The key, the output and the version of each piece of work.
        new: The keys that were never done before.
    """
    pieces = list(asked)
    last = last_asked(connection, (output.example for _, output, _ in pieces))
    found: list[list[Any]] = []
    for key, output, version in pieces:
        unit = (output.example, output.system, output.trial)
        names = {"example": unit[0], "system": unit[1], "trial": unit[2], "version": version}
        if unit in last:
            other = last[unit] != key
        else:
            other = key in new and bool(connection.execute(_THERE, names).fetchone())
        if other:
            found.append([*unit, key])
    return found


def stale_ratings(
    connection: apsw.Connection, examples: Iterable[str], versions: Iterable[str]
) -> frozenset[RatingKey]:
    """Ratings whose text was replaced, and that nobody has given anew; see `WorkLog.stale`."""
    stale = connection.execute("SELECT id FROM text WHERE text = ?", (STALE,)).get
    if stale is None:
        return frozenset()
    told = {"examples": json.dumps(list(examples)), "versions": json.dumps(list(versions))}
    return frozenset(connection.execute(_STALE, {**told, "stale": stale}))


def strangers(connection: apsw.Connection, versions: Iterable[str]) -> frozenset[RatingKey]:
    """Imported ratings of other texts; see `WorkLog.strangers`."""
    bindings = {"versions": json.dumps(list(versions))}
    return frozenset(connection.execute(_STRANGERS, bindings))
