"""Where the parts of a project lie."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ledger_path"]

LEDGER = Path(".measurand") / "ledger.db"


def ledger_path(plan_path: Path) -> Path:
    """The ledger of the project that a plan belongs to."""
    return plan_path.parent / LEDGER
