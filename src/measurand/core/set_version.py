"""Which state of an evaluation set a result is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.example import COMPONENTS, Component

__all__ = ["SetLock", "SetVersion", "sizes_told"]


@dataclass(frozen=True, slots=True)
class SetVersion:
    """The set that a result is of.

    Args:
        fingerprint: Of the whole set; it changes with any id, component or content.
        sizes: How many examples each component has.
        locked: Since when it is locked, as an ISO 8601 time; empty where it is not.
    """

    fingerprint: str
    sizes: Mapping[Component, int]
    locked: str = ""

    @property
    def total(self) -> int:
        """How many examples it has."""
        return sum(self.sizes.values())

    def to_json(self) -> Mapping[str, Any]:
        """It for other programs."""
        sizes = {name: int(count) for name, count in self.sizes.items()}
        return {"fingerprint": self.fingerprint, "sizes": sizes, "locked": self.locked or None}

    @property
    def told(self) -> str:
        """It in one phrase."""
        held = f", locked {self.locked[:10]}" if self.locked else ""
        return f"version {self.fingerprint}: {sizes_told(self.sizes)}{held}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLock:
    """The version that a project's results are to be of, as ``data.lock`` beside the plan has it.

    Args:
        fingerprint: Of the whole set.
        sizes: How many examples each component has.
        at: When it was locked, as an ISO 8601 time.
        by: By whom; empty where nobody said.
    """

    fingerprint: str
    sizes: Mapping[Component, int] = field(default_factory=dict)
    at: str
    by: str = ""


def sizes_told(sizes: Mapping[Component, int]) -> str:
    """Sizes in one phrase, as in ``430 examples (core 200, edge 100)``."""
    each = ", ".join(f"{name} {sizes[name]:,}" for name in COMPONENTS if sizes.get(name))
    total = sum(sizes.values())
    return f"{total:,} examples ({each})" if each else "no examples"
