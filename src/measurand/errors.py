"""Every error that measurand raises on purpose.

::

    MeasurandError
    ├── UsageError            the call or the command line is wrong              exit 2
    │   └── NotSetUp          a key, an address or an extra lacks                exit 2
    ├── DataError             a file or table is wrong; lists every fault        exit 2
    │   └── PlanError         the same, for a plan (measurand.yaml)              exit 2
    ├── LeakError             what is locked for a test would be shown           exit 2
    ├── MissingExtra          an optional package is not installed               exit 2
    ├── InsufficientData      too little evidence for any number                 exit 3
    └── InfrastructureError   provider, network or disk                          exit 4
        ├── BudgetExhausted   the next call might cross the budget               exit 4
        ├── Unfinished        stopped before its end; holds what was done        exit 4
        └── LedgerError       the ledger cannot be read or written               exit 4
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

__all__ = [
    "BudgetExhausted",
    "DataError",
    "Fault",
    "InfrastructureError",
    "InsufficientData",
    "LeakError",
    "LedgerError",
    "MeasurandError",
    "MissingExtra",
    "NotSetUp",
    "PlanError",
    "Unfinished",
    "UsageError",
    "nearest",
]

_SHOWN = 20
"""Faults printed before "and N more"; all of them stay on the exception."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where, what was found, what is allowed, what to do."""

    problem: str
    """What is wrong, in a few words."""
    file: str | None = None
    line: int | None = None
    """Counted from 1; of a CSV row, its first line."""
    key: str | None = None
    """The key path, as in ``messages[0].role`` or ``rubric[2].weight``."""
    found: str | None = None
    """The offending value, shortened."""
    allowed: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        text = ": ".join(part for part in (place, self.key, self.problem) if part)
        if self.found is not None:
            text += f"; found {self.found}"
        if self.allowed is not None:
            text += f"; allowed: {self.allowed}"
        if self.remedy is not None:
            text += f". {self.remedy[:1].upper()}{self.remedy[1:]}"
        return text


class MeasurandError(Exception):
    """The base of every error that measurand raises on purpose."""

    exit_code: ClassVar[int] = 2


class UsageError(MeasurandError):
    """The function or command was called in a way that cannot mean anything."""


class NotSetUp(UsageError):  # noqa: N818 - reads as what it is: it is not set up
    """What a plan calls cannot be called here: a key, an address or an extra lacks."""


class DataError(MeasurandError):
    """A file or table cannot be used as it is; every fault found is listed at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        lines = [str(fault) for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            lines.append(f"... and {len(self.faults) - _SHOWN} more")
        super().__init__("\n".join(lines))


class PlanError(DataError):
    """A plan cannot be used as it is."""


class LeakError(MeasurandError):
    """A judge would be shown an output that is locked for testing it, or a text about it.

    Args:
        message: What would be shown where, and what to do.
        items: The locked outputs, by name.
    """

    def __init__(self, message: str, items: Iterable[str]) -> None:
        self.items: tuple[str, ...] = tuple(items)
        super().__init__(message)


class MissingExtra(MeasurandError):  # noqa: N818 - reads as what it is: an extra is missing
    """An optional package is needed and not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"{what} needs an extra; install it with: pip install 'measurand[{extra}]', "
            f"or from a clone: pip install '.[{extra}]'"
        )


class InsufficientData(MeasurandError):  # noqa: N818 - a finding about the data, not a malfunction
    """There is too little, or too uniform, evidence for the number asked for."""

    exit_code: ClassVar[int] = 3


class InfrastructureError(MeasurandError):
    """Something outside the evaluation failed: a provider, the network, the disk."""

    exit_code: ClassVar[int] = 4


class BudgetExhausted(InfrastructureError):  # noqa: N818 - the budget did its work
    """The next call might cross the budget, so it was not made."""


class Unfinished(InfrastructureError):  # noqa: N818 - the work is, not the program
    """Work stopped before its end; what was paid for by then is in ``done``.

    Args:
        message: Why it stopped.
        done: What is there.
    """

    def __init__(self, message: str, done: Any) -> None:
        self.done = done
        super().__init__(message)


class LedgerError(InfrastructureError):
    """The ledger cannot be opened, read or written."""


def nearest(word: str, known: Iterable[str], *, alike: float = 0.7) -> str | None:
    """The remedy for a mistyped word; None when no known word is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    close = get_close_matches(word, list(known), n=1, cutoff=alike)
    return f"did you mean {close[0]!r}?" if close else None
