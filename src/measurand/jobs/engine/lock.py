"""One run at a time on a ledger, and one desk: two would do, and pay for, the same things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from measurand.store.file_lock import hold

__all__ = ["alone"]

_WHY = {
    "run": "wait for it, or stop it: two runs would pay for the same calls twice",
    "desk": "stop it first (measurand rate serve): two would give out the same places",
}
_WITHOUT = (
    "Without it two runs could pay for the same calls twice: have the project on a drive of this "
    "machine that it may write to"
)


@contextmanager
def alone(ledger: Path, what: Literal["run", "desk"] = "run") -> Iterator[None]:
    """Hold a ledger's lock, which goes with the process, however that ends.

    Args:
        ledger: The ledger; the lock is a file beside it.
        what: Which lock: a run and a desk do not disturb each other.

    Raises:
        UsageError: Another one is under way.
        InfrastructureError: There can be no lock, as on a drive whose file system has none.
    """
    path = ledger.with_suffix(".lock" if what == "run" else f".{what}.lock")
    taken = f"another {what} of {ledger} is under way (process {{who}}); {_WHY[what]}"
    with hold(path, taken, without=_WITHOUT):
        yield
