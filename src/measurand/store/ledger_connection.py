"""How a ledger's file is opened, and what its errors mean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from measurand.errors import LedgerError
from measurand.store.ledger_schema import migrate

__all__ = ["connected", "explained"]

_AGAIN = 0.01
"""Seconds between tries of what SQLite does not wait for by itself."""


def connected(file: Path, patience: float, cache: int) -> apsw.Connection:
    """A connection to a ledger of the newest version, which is made where there is none.

    A ledger that this user may only read can be read; whatever writes then says that it cannot.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepared(apsw.Connection(str(file)), patience, cache)
    except (apsw.ReadOnlyError, apsw.CantOpenError):
        if not file.is_file():
            raise
        return _only_read(file, patience, cache)


def _only_read(file: Path, patience: float, cache: int) -> apsw.Connection:
    """A connection that cannot write, not even what SQLite writes down to read."""
    log = file.with_name(f"{file.name}-wal")
    for still in ("", "&immutable=1"):
        if still and log.exists() and log.stat().st_size:
            break  # what it has would not be seen
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        try:
            connection = apsw.Connection(f"{file.absolute().as_uri()}?mode=ro{still}", flags=flags)
            return _prepared(connection, patience, cache, write=False)
        except (apsw.ReadOnlyError, apsw.CantOpenError):
            continue
    raise LedgerError("this user may only read it, and it was not closed by who wrote it last")


def _prepared(
    connection: apsw.Connection, patience: float, cache: int, *, write: bool = True
) -> apsw.Connection:
    try:
        connection.set_busy_timeout(round(patience * 1000))
        migrate(connection)
        if write:
            _log_ahead(connection, patience)
        # What was paid for survives a power cut, not only a crash.
        connection.pragma("synchronous", "full")
        connection.pragma("temp_store", "memory")
        connection.pragma("cache_size", -cache)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_ahead(connection: apsw.Connection, patience: float) -> None:
    """Turn write-ahead logging on; SQLite itself does not wait where another has just begun to."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(_AGAIN)
        else:
            return


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn the database's errors into a sentence about the file."""
    try:
        yield
    except LedgerError as problem:
        raise LedgerError(f"{file}: {problem}") from None
    except apsw.NotADBError:
        raise LedgerError(f"{file}: the file is not a ledger") from None
    except apsw.ReadOnlyError:
        raise LedgerError(f"{file}: nothing can be written: this user may only read it") from None
    except apsw.BusyError:
        raise LedgerError(f"{file}: another process has been writing for too long") from None
    except apsw.CorruptError:
        raise LedgerError(f"{file}: the ledger is damaged; restore a copy") from None
    except apsw.FullError:
        raise LedgerError(f"{file}: the disk is full; nothing of this was written") from None
    except (apsw.Error, OSError) as problem:
        raise LedgerError(f"{file}: {problem}") from problem
    except UnicodeEncodeError as problem:
        raise LedgerError(f"{file}: a text is not valid Unicode ({problem.reason})") from None
