"""The tables of the ledger about judges: how each was calibrated, and what probes made it say."""

from __future__ import annotations

__all__ = ["TRUST"]

TRUST = """
CREATE TABLE calibration (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  rubric TEXT NOT NULL,
  judge TEXT NOT NULL,
  test TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX calibration_rubric ON calibration (rubric);

CREATE TABLE probe (
  id INTEGER PRIMARY KEY,
  "key" TEXT NOT NULL,
  example INTEGER NOT NULL REFERENCES text,
  system INTEGER NOT NULL REFERENCES text,
  dimension INTEGER NOT NULL REFERENCES text,
  rater INTEGER NOT NULL REFERENCES text,
  probe INTEGER NOT NULL REFERENCES text,
  number REAL,
  label INTEGER REFERENCES text,
  failure INTEGER REFERENCES text,
  "repeat" INTEGER NOT NULL,
  against INTEGER REFERENCES text,
  "order" INTEGER REFERENCES text,
  session INTEGER REFERENCES text,
  place INTEGER,
  mitigation INTEGER REFERENCES text,
  words INTEGER,
  rubric TEXT NOT NULL,
  seconds REAL,
  cost REAL,
  batch INTEGER NOT NULL REFERENCES batch
) STRICT;
CREATE INDEX probe_key ON probe ("key", batch);

CREATE VIEW calibrations AS
SELECT id, at, event, rubric, judge, test, body FROM calibration;

CREATE VIEW probes AS
SELECT r."key", e.text AS example, s.text AS system, d.text AS dimension, p.text AS rater,
       n.text AS probe, CASE WHEN r.label IS NULL THEN r.number ELSE l.text END AS value,
       f.text AS failure, r."repeat", a.text AS against, o.text AS "order", t.text AS session,
       r.place, ifnull(m.text, '') AS mitigation, r.words, r.rubric, r.seconds, r.cost, r.id,
       b.at, b.version
FROM probe AS r
JOIN text AS e ON e.id = r.example
JOIN text AS s ON s.id = r.system
JOIN text AS d ON d.id = r.dimension
JOIN text AS p ON p.id = r.rater
JOIN text AS n ON n.id = r.probe
JOIN batch AS b ON b.id = r.batch
LEFT JOIN text AS l ON l.id = r.label
LEFT JOIN text AS f ON f.id = r.failure
LEFT JOIN text AS a ON a.id = r.against
LEFT JOIN text AS o ON o.id = r."order"
LEFT JOIN text AS t ON t.id = r.session
LEFT JOIN text AS m ON m.id = r.mitigation
WHERE NOT EXISTS (SELECT 1 FROM probe AS later
                  WHERE later."key" = r."key" AND later.batch > r.batch);
"""
