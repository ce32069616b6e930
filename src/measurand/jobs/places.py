"""Where the parts of a project lie."""

from __future__ import annotations

from pathlib import Path

__all__ = ["exposure_ledger", "ledger_path"]

LEDGER = Path(".measurand") / "ledger.db"
EXPOSURE = "exposure.db"


def ledger_path(plan_path: Path) -> Path:
    """The ledger of the project that a plan belongs to."""
    return plan_path.parent / LEDGER


def exposure_ledger(plan_path: Path) -> Path:
    """The ledger of what tests for contamination have asked; the project's own stays as it is."""
    return ledger_path(plan_path).with_name(EXPOSURE)
