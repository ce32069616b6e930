"""How a set is built, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from measurand.core.example import COMPONENTS, MINIMUM, Component
from measurand.errors import UsageError
from measurand.store.logs.reading import LogReading

__all__ = ["BuildOptions", "require_window", "seconds_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How a set is built from logs.

    Args:
        out: The folder of the set; by default the one that the plan names, or ``data``.
        plan: The project's plan, for its name, its task and what is redacted; None without one.
        sizes: How many examples of each component; the minimum of those that are not named.
        seed: From which every random choice follows; the plan's where it is None.
        since: The first time that counts, as an ISO 8601 date or time; records without a time are
            left out where this or ``until`` is given.
        until: The first time that no longer counts.
        segment_by: A key of the records' metadata, or ``system``, whose values are segments.
        how: How the logs are read.
        ratings: A ratings file whose examples are records, by id or by place; beside it the
            ratings of the project's ledger count, of examples that came from a log.
        encoder: What makes vectors of texts, for intents, as ``file.py:name``; empty for the
            plan's, or hashed words.

    Raises:
        UsageError: A size is negative, a component unknown, all are 0, a time is none, or
            the window ends before it begins.
    """

    out: Path | None = None
    plan: Path | None = None
    sizes: Mapping[Component, int] = field(default_factory=dict)
    seed: int | None = None
    since: str | None = None
    until: str | None = None
    segment_by: str | None = None
    how: LogReading = field(default_factory=LogReading)
    ratings: Path | None = None
    encoder: str = ""

    def __post_init__(self) -> None:
        for name, size in self.sizes.items():
            if name not in COMPONENTS:
                raise UsageError(f"no component is called {name!r}: {', '.join(COMPONENTS)}")
            if size < 0:
                raise UsageError(f"the size of {name} is 0 or more; found {size}")
        if not self.wanted["core"]:
            raise UsageError("core has at least one example: it alone samples production")
        require_window(self.since, self.until)

    @property
    def wanted(self) -> dict[Component, int]:
        """How many of each component."""
        return {name: self.sizes.get(name, MINIMUM[name]) for name in COMPONENTS}


def require_window(since: str | None, until: str | None) -> None:
    """Require that a stretch of time is one.

    Raises:
        UsageError: An end is no time, or it ends before it begins.
    """
    for told in (since, until):
        if told is not None and seconds_of(told) is None:
            raise UsageError(f"{told!r} is no ISO 8601 date or time, as 2026-03-01")
    begin, end = seconds_of(since), seconds_of(until)
    if begin is not None and end is not None and begin >= end:
        raise UsageError(f"the window ends before it begins: from {since} until {until}")


def seconds_of(told: str | None) -> int | None:
    """Seconds since 1970 of an ISO 8601 time, taken as UTC where no zone is given; else None."""
    if told is None:
        return None
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    zoned = found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+00:00")
    return int(zoned.timestamp())
