"""What a dialect is: how its rows are recognised, and what is read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from measurand.store.logs.draft import Draft
from measurand.store.logs.remarks import Remark

__all__ = ["Cells", "Dialect", "whole"]

Cells = Mapping[str, Any]
"""One row, as JSON has it; the cells of a table are texts."""


def whole(row: Cells) -> Iterator[tuple[str, Cells]]:
    """The row itself, where it is one thing."""
    yield "", row


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of log is written.

    Args:
        name: As users name it.
        title: What it is, for people.
        marks: Keys of which a row that is written so has one at least.
        fits: Whether a row that has one is written so; looks at a few keys only.
        drafts: What stands in a unit of a row; raises `measurand.store.logs.account.Unfit` where
            it cannot be used.
        units: The units of a row, each with its key path: a row holds one, or many as a batch of
            spans does. Each is counted as a row.
        roots: What stands in a unit where whole requests are wanted and not calls of models; None
            where there is no such difference.
        remarks: What a row says of records that stand elsewhere; None where rows of this dialect
            never do.
    """

    name: str
    title: str
    marks: frozenset[str]
    fits: Callable[[Cells], bool]
    drafts: Callable[[Cells], Iterable[Draft]]
    units: Callable[[Cells], Iterator[tuple[str, Cells]]] = whole
    roots: Callable[[Cells], Iterable[Draft]] | None = None
    remarks: Callable[[Cells], Iterable[Remark]] | None = None

    def reads(self, row: Cells) -> bool:
        """Whether a row is written in this dialect."""
        return not self.marks.isdisjoint(row) and self.fits(row)
