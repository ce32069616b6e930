"""A lock that one process holds on a file, and that goes with the process, however that ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from measurand.errors import InfrastructureError, UsageError

__all__ = ["hold"]

_TAKEN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES})
"""How systems say that somebody else holds a lock."""
_PAUSE = 0.05


@contextmanager
def hold(path: Path, taken: str, *, without: str, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock.

    Args:
        path: The file that is locked; it is made, and stays.
        taken: What is said where another process holds it, with ``{who}`` for its number.
        without: What is said where there can be no lock, after the reason.
        wait: Seconds for which another process is waited for.

    Raises:
        UsageError: Another process holds it.
        InfrastructureError: There can be no lock, as on a drive whose file system has none.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as problem:
        raise _none(path, problem, without) from None
    with file:
        _take(file, time.monotonic() + wait, path, taken=taken, without=without)
        yield


def _take(file: IO[str], until: float, path: Path, *, taken: str, without: str) -> None:
    """Lock the file, and write into it who holds it."""
    while True:
        try:
            _lock(file)
        except OSError as problem:
            if problem.errno not in _TAKEN:
                raise _none(path, problem, without) from None
            if time.monotonic() >= until:
                file.seek(0)
                who = file.read().strip() or "unknown"
                raise UsageError(taken.replace("{who}", who)) from None
            time.sleep(_PAUSE)
        else:
            break
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def _none(path: Path, problem: OSError, without: str) -> InfrastructureError:
    return InfrastructureError(f"{path} cannot be locked: {problem.strerror or problem}. {without}")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
