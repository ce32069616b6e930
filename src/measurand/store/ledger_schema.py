# ruff: noqa: S608 - all of this SQL is constant
"""The tables and views of the ledger, and how an older ledger becomes a newer one.

`docs/ledger.md` describes them to those who read a ledger with the ``sqlite3`` tool.
"""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from measurand.errors import LedgerError
from measurand.store.ledger_schema_gates import GATES
from measurand.store.ledger_schema_people import PEOPLE
from measurand.store.ledger_schema_trust import TRUST

__all__ = ["APPLICATION", "MIGRATIONS", "TABLES", "migrate"]

APPLICATION = 0x4D535244
"""``MSRD`` in the file's header: this database is a ledger."""
TABLES = (
    *("text", "batch", "rating", "output", "refusal"),
    *("run", "work", "call"),
    *("item", "desk"),
    *("calibration", "probe"),
    "gate",
)

_RATING_KEY = 'example, system, dimension, rater, "repeat", against, "order"'


def _same(columns: str, newer: str, older: str) -> str:
    """The condition that two rows agree in these columns."""
    names = [name.strip() for name in columns.split(",")]
    return " AND ".join(f"{newer}.{name} = {older}.{name}" for name in names)


_TABLES = f"""
CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  version TEXT NOT NULL,
  file TEXT,
  sha256 TEXT,
  read INTEGER,
  kept INTEGER,
  refused INTEGER,
  notes TEXT
) STRICT;
CREATE INDEX batch_version ON batch (version);
CREATE INDEX batch_sha256 ON batch (sha256);

CREATE TABLE rating (
  example INTEGER NOT NULL REFERENCES text,
  system INTEGER NOT NULL REFERENCES text,
  dimension INTEGER NOT NULL REFERENCES text,
  rater INTEGER NOT NULL REFERENCES text,
  "repeat" INTEGER NOT NULL,
  against INTEGER NOT NULL,
  "order" INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  kind INTEGER NOT NULL REFERENCES text,
  number REAL,
  label INTEGER REFERENCES text,
  reason INTEGER REFERENCES text,
  probability REAL,
  cluster INTEGER REFERENCES text,
  component INTEGER REFERENCES text,
  segment INTEGER REFERENCES text,
  seconds REAL,
  cost REAL,
  batch INTEGER NOT NULL REFERENCES batch,
  PRIMARY KEY ({_RATING_KEY}, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
  id INTEGER PRIMARY KEY,
  example INTEGER NOT NULL REFERENCES text,
  system INTEGER NOT NULL REFERENCES text,
  trial INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  text TEXT,
  tool_calls TEXT NOT NULL,
  input_tokens INTEGER,
  output_tokens INTEGER,
  seconds REAL,
  cost REAL,
  failure_kind TEXT,
  failure_message TEXT,
  failure_details TEXT,
  batch INTEGER NOT NULL REFERENCES batch,
  UNIQUE (example, system, trial, revision)
) STRICT;
CREATE INDEX output_batch ON output (batch);

CREATE TABLE refusal (
  batch INTEGER NOT NULL REFERENCES batch,
  position INTEGER NOT NULL,
  line INTEGER,
  "key" TEXT,
  found TEXT,
  reason TEXT NOT NULL,
  "row" TEXT NOT NULL,
  PRIMARY KEY (batch, position)
) STRICT;
"""

_VIEWS = f"""
CREATE VIEW ratings_history AS
SELECT e.text AS example, s.text AS system, d.text AS dimension, p.text AS rater, k.text AS kind,
       CASE WHEN r.label IS NULL THEN r.number ELSE l.text END AS value,
       why.text AS reason, r."repeat", a.text AS against, o.text AS "order", r.probability,
       c.text AS cluster, part.text AS component, tag.text AS segment, r.seconds, r.cost,
       r.revision,
       NOT EXISTS (SELECT 1 FROM rating AS later WHERE {_same(_RATING_KEY, "later", "r")}
                   AND later.revision = r.revision + 1) AS latest,
       b.at, b.version, b.file, b.id AS batch
FROM rating AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
JOIN text AS d ON d.id = r.dimension
JOIN text AS p ON p.id = r.rater
JOIN text AS k ON k.id = r.kind
JOIN batch AS b ON b.id = r.batch
LEFT JOIN text AS l ON l.id = r.label
LEFT JOIN text AS why ON why.id = r.reason
LEFT JOIN text AS a ON a.id = r.against
LEFT JOIN text AS o ON o.id = r."order"
LEFT JOIN text AS c ON c.id = r.cluster
LEFT JOIN text AS part ON part.id = r.component
LEFT JOIN text AS tag ON tag.id = r.segment;

CREATE VIEW ratings AS
SELECT example, system, dimension, rater, kind, value, reason, "repeat", against, "order",
       probability, cluster, component, segment, seconds, cost, at, version, file
FROM ratings_history WHERE latest;

CREATE VIEW outputs_history AS
SELECT e.text AS example, s.text AS system, r.trial, r.text, r.tool_calls, r.input_tokens,
       r.output_tokens, r.seconds, r.cost, r.failure_kind, r.failure_message, r.failure_details,
       r.revision,
       NOT EXISTS (SELECT 1 FROM output AS later
                   WHERE {_same("example, system, trial", "later", "r")}
                   AND later.revision = r.revision + 1) AS latest,
       b.at, b.version, b.id AS batch
FROM output AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
JOIN batch AS b ON b.id = r.batch;

CREATE VIEW outputs AS
SELECT example, system, trial, text, tool_calls, input_tokens, output_tokens, seconds, cost,
       failure_kind, failure_message, failure_details, at, version
FROM outputs_history WHERE latest;

CREATE VIEW sources AS
SELECT file, sha256, at, read, kept, refused, notes, id AS batch
FROM batch WHERE file IS NOT NULL;

CREATE VIEW refusals AS
SELECT b.file, r.line, r."key", r.found, r.reason, r."row", b.at, b.id AS batch
FROM refusal AS r JOIN batch AS b ON b.id = r.batch;
"""

_VIEWS_2 = f"""
CREATE VIEW ratings_history AS
SELECT e.text AS example, s.text AS system, d.text AS dimension, p.text AS rater, k.text AS kind,
       CASE WHEN r.label IS NULL THEN r.number ELSE l.text END AS value,
       why.text AS reason, r."repeat", a.text AS against, o.text AS "order", r.probability,
       c.text AS cluster, part.text AS component, tag.text AS segment, r.seconds, r.cost,
       f.text AS failure, r.revision,
       NOT EXISTS (SELECT 1 FROM rating AS later WHERE {_same(_RATING_KEY, "later", "r")}
                   AND later.revision = r.revision + 1) AS latest,
       b.at, b.version, b.file, b.id AS batch
FROM rating AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
JOIN text AS d ON d.id = r.dimension
JOIN text AS p ON p.id = r.rater
JOIN text AS k ON k.id = r.kind
JOIN batch AS b ON b.id = r.batch
LEFT JOIN text AS l ON l.id = r.label
LEFT JOIN text AS why ON why.id = r.reason
LEFT JOIN text AS a ON a.id = r.against
LEFT JOIN text AS o ON o.id = r."order"
LEFT JOIN text AS c ON c.id = r.cluster
LEFT JOIN text AS part ON part.id = r.component
LEFT JOIN text AS tag ON tag.id = r.segment
LEFT JOIN text AS f ON f.id = r.failure;

CREATE VIEW ratings AS
SELECT example, system, dimension, rater, kind, value, reason, "repeat", against, "order",
       probability, cluster, component, segment, seconds, cost, failure, at, version, file
FROM ratings_history WHERE latest;

CREATE VIEW outputs_history AS
SELECT e.text AS example, s.text AS system, r.trial, r.text, r.tool_calls, r.input_tokens,
       r.output_tokens, r.seconds, r.cost, r.failure_kind, r.failure_message, r.failure_details,
       r.revision,
       NOT EXISTS (SELECT 1 FROM output AS later
                   WHERE {_same("example, system, trial", "later", "r")}
                   AND later.revision = r.revision + 1) AS latest,
       b.at, b.version, b.id AS batch
FROM output AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
JOIN batch AS b ON b.id = r.batch;

CREATE VIEW outputs AS
SELECT example, system, trial, text, tool_calls, input_tokens, output_tokens, seconds, cost,
       failure_kind, failure_message, failure_details, at, version
FROM outputs_history WHERE latest;

CREATE VIEW sources AS
SELECT file, sha256, at, read, kept, refused, notes, id AS batch
FROM batch WHERE file IS NOT NULL;

CREATE VIEW calls AS
SELECT w."key", w.purpose, o.text AS who, m.text AS model, c.status, c.attempts,
       c.input_tokens, c.output_tokens, c.cached_tokens, c.written_tokens,
       c.seconds, c.cost, c.characters, c.tries, s.text AS snapshot,
       p.text AS sent, n.text AS notes, c.reply, c.run, b.at, b.version
FROM call AS c
JOIN work AS w ON w."key" = c."key" AND w.revision = c.revision
JOIN batch AS b ON b.id = w.batch
JOIN text AS o ON o.id = w.who
JOIN text AS m ON m.id = c.model
LEFT JOIN text AS s ON s.id = c.snapshot
LEFT JOIN text AS p ON p.id = c.sent
LEFT JOIN text AS n ON n.id = c.notes;

CREATE VIEW refusals AS
SELECT b.file, r.line, r."key", r.found, r.reason, r."row", b.at, b.id AS batch
FROM refusal AS r JOIN batch AS b ON b.id = r.batch;
"""

_WORK = """
ALTER TABLE rating ADD COLUMN failure INTEGER REFERENCES text;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  plan TEXT NOT NULL,
  event TEXT NOT NULL,
  manifest TEXT NOT NULL
) STRICT;

CREATE TABLE work (
  "key" TEXT NOT NULL,
  revision INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  who INTEGER NOT NULL REFERENCES text,
  failure INTEGER REFERENCES text,
  batch INTEGER NOT NULL REFERENCES batch,
  PRIMARY KEY ("key", revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE call (
  id INTEGER PRIMARY KEY,
  "key" TEXT NOT NULL,
  revision INTEGER NOT NULL,
  position INTEGER NOT NULL,
  run INTEGER NOT NULL REFERENCES run,
  model INTEGER NOT NULL REFERENCES text,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  tries TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  written_tokens INTEGER NOT NULL,
  seconds REAL NOT NULL,
  cost REAL,
  characters INTEGER NOT NULL,
  snapshot INTEGER REFERENCES text,
  sent INTEGER REFERENCES text,
  notes INTEGER REFERENCES text,
  reply TEXT,
  UNIQUE ("key", revision, position)
) STRICT;
CREATE INDEX call_model ON call (model);

DROP VIEW ratings;
DROP VIEW ratings_history;
DROP VIEW outputs;
DROP VIEW outputs_history;
DROP VIEW sources;
DROP VIEW refusals;
"""


def _triggers(tables: Sequence[str]) -> str:
    return "".join(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;\n"
        for table in tables
        for act in ("UPDATE", "DELETE")
    )


MIGRATIONS: tuple[str, ...] = (
    _TABLES + _VIEWS + _triggers(TABLES[:5]),
    _WORK + _VIEWS_2 + _triggers(TABLES[5:8]),
    PEOPLE + _triggers(TABLES[8:10]),
    TRUST + _triggers(TABLES[10:12]),
    GATES + _triggers(TABLES[12:13]),
)
"""The SQL that takes version ``i`` to version ``i + 1``; once released, none ever changes."""


def migrate(connection: apsw.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring a ledger to the newest version, whole or not at all; an empty database becomes one.

    Raises:
        LedgerError: The database is not a ledger, or one of a newer measurand.
    """
    if _version(connection, len(migrations)) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        for step in migrations[_version(connection, len(migrations)) :]:
            connection.execute(step)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: apsw.Connection, newest: int) -> int:
    application = connection.pragma("application_id")
    version = connection.pragma("user_version")
    if application != APPLICATION:
        if application or version or connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise LedgerError("the file is a database, but not a ledger of measurand")
        return 0
    if version > newest:
        raise LedgerError(
            f"the ledger has version {version} and this measurand reads up to {newest}; "
            "use the newer measurand that wrote it"
        )
    return int(version)
