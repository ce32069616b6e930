"""What a project has spent: its budget is one, and its ledgers are two."""

from __future__ import annotations

from pathlib import Path

from measurand.jobs.places import EXPOSURE, LEDGER
from measurand.store.ledger import SMALL_CACHE, open_ledger

__all__ = ["spent_beside"]


def spent_beside(ledger: Path) -> float:
    """US dollars that the other ledger of a project has cost, for the budget is of the project.

    Args:
        ledger: One of its ledgers.

    Raises:
        LedgerError: The other cannot be read.
    """
    other = ledger.with_name(EXPOSURE if ledger.name == LEDGER.name else LEDGER.name)
    if ledger.name not in {LEDGER.name, EXPOSURE} or not other.exists():
        return 0.0
    with open_ledger(other, cache=SMALL_CACHE) as there:
        return there.work.spent()
