"""The table of the ledger about gates: what was decided of which version, and on what."""

from __future__ import annotations

__all__ = ["GATES"]

GATES = """
CREATE TABLE gate (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  plan TEXT NOT NULL,
  system TEXT NOT NULL,
  version TEXT NOT NULL,
  against TEXT NOT NULL,
  outcome TEXT NOT NULL,
  own INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  hashes TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX gate_system ON gate (system);

CREATE VIEW gates AS
SELECT id, at, plan, system, version, against, outcome, own, batch, hashes, body FROM gate;
"""
