"""What a part of an open ledger works with: the connection, and the ledger's ways to use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import apsw

__all__ = ["LedgerPart"]


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """A part of an open ledger.

    Args:
        connection: The ledger's.
        writing: A transaction, rolled back on any error.
        reading: Turns the database's errors into sentences.
        intern: Gives texts their numbers.
        batch: Opens a batch of a version.
    """

    connection: apsw.Connection
    writing: Callable[[], AbstractContextManager[None]]
    reading: Callable[[], AbstractContextManager[None]]
    intern: Callable[[Iterable[str]], dict[str, int]]
    batch: Callable[[str], int]
