"""The journal of a review: a file to which every decision is added, and nothing else is done.

A decision is on disk when `ReviewJournal.add` returns. A process that is killed in the middle of a
line leaves half of one, which nobody was told was kept: it is passed over, and cut off by the next
who writes.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field

from measurand.core.review import Act, Decision
from measurand.errors import DataError, Fault, InfrastructureError
from measurand.store.codec import Form, Origin, Text, Whole, Word, decode, encode
from measurand.store.file_lock import hold
from measurand.store.lines import parse_json
from measurand.store.standing import VERSIONS

__all__ = ["ReviewJournal", "journal_path", "reviewing_alone"]

_TAKEN = "another review of this set is open (process {who}); end it, or decide there"
_WITHOUT = "Without it two reviews could write to the journal at once"
_HEAD = "journal"


def journal_path(folder: Path) -> Path:
    """Where the journal of a set is."""
    return folder / VERSIONS / "review" / "journal.jsonl"


@contextmanager
def reviewing_alone(folder: Path) -> Iterator[None]:
    """Hold the review of a set for one process.

    Raises:
        UsageError: Another process has it.
        InfrastructureError: There can be no lock.
    """
    with hold(journal_path(folder).parent / ".lock", _TAKEN, without=_WITHOUT):
        yield


class DecisionForm(Form):
    """One line of the journal."""

    number: Annotated[Whole, Field(ge=1)]
    act: Act
    example: Word
    seen: Text = ""
    by: Word
    at: Text
    because: Text = ""
    content: dict[str, Any] = Field(default_factory=dict)

    def build(self) -> Decision:
        """The decision."""
        return Decision(**{name: getattr(self, name) for name in type(self).model_fields})


class ReviewJournal:
    """All that was ever decided about a set, in order.

    Args:
        path: The file; it is made with the first decision.
        name: A word that tells this journal from another at the same place.
        decisions: What is in it.
        size: Up to which byte it is whole.
    """

    def __init__(
        self, path: Path, name: str, *, decisions: tuple[Decision, ...] = (), size: int = 0
    ) -> None:
        self.path, self.name, self.decisions = path, name, decisions
        self._size = size

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The journal of a set; an empty one where there is none.

        Raises:
            DataError: A line cannot be read; every fault is listed.
        """
        path = journal_path(folder)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return cls(path, secrets.token_hex(8))
        except OSError as problem:
            raise DataError([Fault(f"the journal cannot be read: {problem}", str(path))]) from None
        whole = data[: data.rfind(b"\n") + 1]
        name, decisions = _lines(path, whole)
        name = name or secrets.token_hex(8)
        return cls(path, name, decisions=decisions, size=len(whole))

    @property
    def last(self) -> int:
        """The number of the last decision; 0 before the first."""
        return self.decisions[-1].number if self.decisions else 0

    def add(self, *decisions: Decision) -> None:
        """Keep decisions; they are on disk when this returns.

        Raises:
            InfrastructureError: They cannot be written.
        """
        lines = [encode(one) for one in decisions]
        if not self._size:
            lines.insert(0, {_HEAD: self.name})
        text = "".join(
            json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines
        )
        data = text.encode("utf-8", "replace")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.truncate(self._size)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise InfrastructureError(
                f"the decision was not kept: {self.path} cannot be written: "
                f"{problem.strerror or problem}"
            ) from None
        self._size += len(data)
        self.decisions += decisions


def _lines(path: Path, data: bytes) -> tuple[str, tuple[Decision, ...]]:
    """The name and the decisions of a journal.

    Raises:
        DataError: A line is damaged.
    """
    name = ""
    found: list[Decision] = []
    faults: list[Fault] = []
    for line, raw in enumerate(data.splitlines(), start=1):
        try:
            cells = parse_json(raw.decode("utf-8"))
            if isinstance(cells, dict) and _HEAD in cells:
                name = str(cells[_HEAD])
                continue
            found.append(decode(DecisionForm, cells, Origin(str(path), line)).build())
        except DataError as problem:
            faults.extend(problem.faults)
        except ValueError:
            remedy = "take the line out; the decision that it held is to be made again"
            faults.append(Fault("the line is damaged", str(path), line, remedy=remedy))
    if faults:
        raise DataError(faults)
    return name, tuple(found)
