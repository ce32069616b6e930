"""Redacted records on disk while a set is built: memory holds where each one stands."""

from __future__ import annotations

import pickle
import tempfile
import zlib
from array import array
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from measurand.core.record import Record

__all__ = ["Spool"]


class Spool:
    """Records and their questions in temporary files that have no name, and are gone at the end.

    Only redacted records are put in, and nothing is read that was not put in by this process.
    """

    def __init__(self) -> None:
        self._records = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._questions = tempfile.TemporaryFile()  # noqa: SIM115
        self._starts = array("q")
        self._ends = array("q")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._records.close()
        self._questions.close()

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, record: Record, question: str) -> None:
        """Keep a record, and the part of its question that is encoded.

        Raises:
            OSError: The folder of temporary files is full; it is named.
        """
        try:
            self._starts.append(self._records.tell())
            self._records.write(zlib.compress(pickle.dumps(record), 1))
            self._questions.write(question.encode("utf-8", "surrogatepass"))
            self._ends.append(self._questions.tell())
        except OSError as problem:
            problem.filename = f"{tempfile.gettempdir()} (TMPDIR names another folder)"
            raise

    def __getitem__(self, row: int) -> Record:
        """The record of a row."""
        self._records.flush()
        self._records.seek(self._starts[row])
        last = row + 1 == len(self._starts)
        packed = self._records.read(-1 if last else self._starts[row + 1] - self._starts[row])
        record = pickle.loads(zlib.decompress(packed))  # noqa: S301 - our own unnamed file
        if not isinstance(record, Record):
            raise TypeError(f"row {row} of the spool is no record")
        return record

    def questions(self, size: int) -> Iterator[list[str]]:
        """The questions of all records in order, so many at a time."""
        self._questions.seek(0)
        start = 0
        for first in range(0, len(self._ends), size):
            batch = []
            for end in self._ends[first : first + size]:
                batch.append(self._questions.read(end - start).decode("utf-8", "surrogatepass"))
                start = end
            yield batch
