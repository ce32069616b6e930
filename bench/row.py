"""One row of the table: what is measured, against what, and what is aimed at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from bench.clock import Contest

__all__ = ["Missing", "Row", "RunnerRow", "Setting", "library"]

_Size = TypeVar("_Size")


class Missing(Exception):  # noqa: N818 - reads as what it is
    """The library of a baseline is not installed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how large.

    Args:
        folder: An empty folder for this row.
        quick: Tiny sizes, to see that everything runs.
        ending: Closes what a row has opened, when it is measured.
    """

    folder: Path
    quick: bool
    ending: ExitStack = field(default_factory=ExitStack)

    def size(self, full: _Size, tiny: _Size) -> _Size:
        """The one that the setting asks for."""
        return tiny if self.quick else full

    @property
    def least(self) -> float:
        """Seconds that one measurement of a short call lasts."""
        return self.size(0.05, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Args:
        name: To ask for it.
        ours: What of measurand is measured.
        baseline: What it is held against.
        prepare: Makes both sides; raises `Missing` without the baseline's library.
        rounds: How often both are measured.
        aim: The largest ratio that is good enough; None where the row only informs.
        aim_peak: The most bytes that are.
        aim_seconds: The most seconds of processor time that are.
        warm: Whether there is a round before, that does not count.
    """

    name: str
    ours: str
    baseline: str
    prepare: Callable[[Setting], Contest]
    rounds: int = 11
    aim: float | None = None
    aim_peak: int | None = None
    aim_seconds: float | None = None
    warm: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerRow(Row):
    """A row about going through examples: wall time counts there, and is told as samples a second.

    Args:
        aim_throughput: The smallest ratio of samples a second that is good enough.
        aim_processor: The most milliseconds of processor time a sample that are.
        aim_growth: The largest ratio of peaks that is.
    """

    aim_throughput: float | None = None
    aim_processor: float | None = None
    aim_growth: float | None = None


def library(name: str) -> Any:
    """A module of a baseline.

    Raises:
        Missing: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as problem:
        raise Missing(f"{name} is not installed") from problem
