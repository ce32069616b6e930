"""The tables of the ledger that people's rating has: items, and all that happened at the desk."""

from __future__ import annotations

__all__ = ["PEOPLE"]

PEOPLE = """
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  "key" TEXT NOT NULL,
  revision INTEGER NOT NULL,
  example INTEGER NOT NULL REFERENCES text,
  system INTEGER NOT NULL REFERENCES text,
  against INTEGER REFERENCES text,
  dimensions TEXT NOT NULL,
  purpose TEXT NOT NULL,
  probability REAL,
  urgency INTEGER NOT NULL,
  why TEXT NOT NULL,
  raters INTEGER NOT NULL,
  batch INTEGER NOT NULL REFERENCES batch,
  UNIQUE ("key", revision)
) STRICT;

CREATE TABLE desk (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  who INTEGER NOT NULL REFERENCES text,
  position INTEGER,
  number INTEGER,
  body TEXT NOT NULL,
  UNIQUE (who, event, position, number)
) STRICT;

CREATE VIEW items AS
SELECT r."key", e.text AS example, s.text AS system, a.text AS against, r.dimensions, r.purpose,
       r.probability, r.urgency, r.why, r.raters, r.id, b.at
FROM item AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
LEFT JOIN text AS a ON a.id = r.against
JOIN batch AS b ON b.id = r.batch
WHERE NOT EXISTS (SELECT 1 FROM item AS later
                  WHERE later."key" = r."key" AND later.revision = r.revision + 1);

CREATE VIEW desk_log AS
SELECT d.id, d.at, d.event, w.text AS who, d.position, d.number, d.body
FROM desk AS d JOIN text AS w ON w.id = d.who;
"""
