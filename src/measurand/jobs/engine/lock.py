"""One run at a time on a ledger, and one desk: two would do, and pay for, the same things."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from measurand.errors import InfrastructureError, UsageError

__all__ = ["alone"]

_WHY = {
    "run": "wait for it, or stop it: two runs would pay for the same calls twice",
    "desk": "stop it first (measurand rate serve): two would give out the same places",
}
_TAKEN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES})
"""How systems say that somebody else holds a lock."""


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as problem:
        raise _none(path, problem) from None
    with file:
        _take(
            file, path, f"another {what} of {ledger} is under way (process {{who}}); {_WHY[what]}"
        )
        yield


def _take(file: IO[str], path: Path, taken: str) -> None:
    """Lock the file, and write into it who holds it."""
    try:
        _lock(file)
    except OSError as problem:
        if problem.errno not in _TAKEN:
            raise _none(path, problem) from None
        file.seek(0)
        who = file.read().strip() or "unknown"
        raise UsageError(taken.format(who=who)) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def _none(path: Path, problem: OSError) -> InfrastructureError:
    return InfrastructureError(
        f"{path} cannot be locked: {problem.strerror or problem}. Without it two runs could pay "
        "for the same calls twice: have the project on a drive of this machine that it may write to"
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
