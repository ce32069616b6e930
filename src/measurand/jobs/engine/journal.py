"""Where finished pieces of work go: into the ledger, many in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.jobs.writer import Writer
from measurand.store.ledger import Ledger
from measurand.store.ledger_work import Work

__all__ = ["Journal"]


class Journal(Writer[Work]):
    """An open ledger that pieces of work are added to; `put` returns once they are on disk.

    Args:
        path: The ledger.
        run: The event that started the run.
        repeats: How many ratings of each trial a rater gives, where that is not one.
    """

    def __init__(self, path: Path, *, run: int, repeats: Mapping[str, int]) -> None:
        def add(ledger: Ledger, works: Sequence[Work]) -> None:
            ledger.work.add(works, run=run, repeats=repeats)

        super().__init__(path, add)
