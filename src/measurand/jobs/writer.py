"""Writing to the ledger without making anybody wait: one thread, many entries a transaction."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from measurand.store.ledger import SMALL_CACHE, Ledger, open_ledger

__all__ = ["Writer"]

T = TypeVar("T")
_Entry = tuple[Sequence[T], "asyncio.Future[None]"]

_AT_ONCE = 400
"""Entries that one transaction takes at the most."""


class Writer(Generic[T]):
    """An open ledger that things are added to; `put` returns once they are on disk.

    Things that arrive while a transaction is being written share the next one, so that a thousand
    a second do not wait for a thousand writes of the disk.

    Args:
        path: The ledger.
        add: Adds things to it in one transaction, all or none.
    """

    def __init__(self, path: Path, add: Callable[[Ledger, Sequence[T]], None]) -> None:
        self._path = path
        self._add_all = add
        self._waiting: queue.SimpleQueue[_Entry[T] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._broken: BaseException | None = None

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    async def put(self, things: Sequence[T]) -> None:
        """Add things, all in one transaction; they are durable when this returns.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        if self._broken is not None:
            raise self._broken
        written: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((things, written))
        # A caller that is stopped still has its things written: they were paid for.
        await asyncio.shield(written)

    def _write(self) -> None:
        entries: list[_Entry[T]] = []
        try:
            with open_ledger(self._path, cache=SMALL_CACHE) as ledger:
                while entries := self._next():
                    self._add(entries, ledger)
        except BaseException as problem:  # noqa: BLE001 - whoever waits must hear of it
            self._broken = problem
            self._tell(entries, problem)
            while entries := self._next():
                self._tell(entries, problem)

    def _add(self, entries: list[_Entry[T]], ledger: Ledger) -> None:
        """Add entries together; where that cannot be, each alone, so that one spoils no other."""
        try:
            self._add_all(ledger, [thing for part, _ in entries for thing in part])
        except Exception as problem:
            if len(entries) == 1:
                raise
            if spoilt := [entry for entry in entries if not self._alone(entry, ledger)]:
                self._tell(spoilt, problem)
                raise
            return
        self._tell(entries, None)

    def _alone(self, entry: _Entry[T], ledger: Ledger) -> bool:
        try:
            self._add_all(ledger, entry[0])
        except Exception:  # noqa: BLE001 - the first problem is told
            return False
        self._tell([entry], None)
        return True

    def _next(self) -> list[_Entry[T]]:
        """Wait for an entry, then take along what has come meanwhile; empty at the end."""
        entries: list[_Entry[T]] = []
        entry = self._waiting.get()
        while entry is not None:
            entries.append(entry)
            if len(entries) == _AT_ONCE:
                return entries
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                return entries
        if entries:
            self._waiting.put(None)  # the end, for the next time
        return entries

    def _tell(self, entries: Sequence[_Entry[T]], problem: BaseException | None) -> None:
        self._loop.call_soon_threadsafe(_settle, [future for _, future in entries], problem)


def _settle(futures: Sequence[asyncio.Future[None]], problem: BaseException | None) -> None:
    for future in futures:
        if future.done():
            continue
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(problem)
