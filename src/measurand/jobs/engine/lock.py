"""One run at a time on a ledger: two would ask, and pay for, the same things."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from measurand.errors import UsageError

__all__ = ["alone"]


@contextmanager
def alone(ledger: Path) -> Iterator[None]:
    """Hold a ledger's lock, which goes with the process, however that ends.

    Args:
        ledger: The ledger; the lock is a file beside it.

    Raises:
        UsageError: Another run is under way.
    """
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.with_suffix(".lock").open("a+", encoding="ascii") as file:
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise UsageError(
                f"another run of {ledger} is under way (process {who}); wait for it, or stop it: "
                "two runs would pay for the same calls twice"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
