"""What a run asked of models and what that cost: plain values, filled from a ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from measurand.core.output import Usage

__all__ = ["ModelAccount", "OwnFamily", "RunAccount", "is_pinned"]

_PINNED = re.compile(
    r"\d{4}-?\d{2}-?\d{2}"  # a date, as in gpt-4o-2024-08-06
    r"|[-@](?:\d{3,4}|\d{8})(?:$|[-:@])"  # a version's number, as in gpt-4-0613, gemini-1.5-pro-002
    r"|@sha256:|[0-9a-f]{12,}"  # a digest
)


_NO_TOKENS = Usage()


def is_pinned(model: str) -> bool:
    """Whether a model's name says which snapshot it is; others may change from day to day."""
    return _PINNED.search(model.rpartition("/")[2].lower()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAccount:
    """What one system or judge was asked, and what that took; no times of day in it.

    Args:
        name: The system's or the judge's name.
        part: Which of the two it is.
        model: The model that was asked for; None for a system that is no model.
        answered: The models, or snapshots, that providers said have answered; sorted.
        calls: Everything asked, each counted once however often it was tried.
        requests: Every try that went out.
        failed: Calls that came to nothing, by class.
        usage: Tokens, as far as they were told.
        cost: US dollars of all calls whose cost is known.
        unpriced: Calls whose cost is not known.
        notes: What was changed or left out of requests, in words; each once.
    """

    name: str
    part: Literal["system", "judge"]
    model: str | None = None
    answered: tuple[str, ...] = ()
    calls: int = 0
    requests: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    usage: Usage = _NO_TOKENS
    cost: float = 0.0
    unpriced: int = 0
    notes: tuple[str, ...] = ()

    @property
    def known_cost(self) -> float | None:
        """The cost of all calls; None where that of any is unknown, never 0 for it."""
        return None if self.unpriced else self.cost

    @property
    def unpinned(self) -> bool:
        """Whether a model was asked for by a name that does not say which snapshot it is."""
        return self.model is not None and not is_pinned(self.model)


@dataclass(frozen=True, slots=True)
class OwnFamily:
    """A judge that rated systems of its own family."""

    judge: str
    family: str
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAccount:
    """What a whole run took.

    Args:
        models: Systems first, then judges.
        own_family: Judges that rated their own family, which the plan allowed for an audit.
        budget: US dollars that it may have cost; None means no limit.
        stopped: Why it ended before everything was asked; empty where it did not.
        looked: Whether the newest run was looked at while it grew, and might end early.
        limit: What an early end leaves unknown; empty where there was none.
    """

    models: tuple[ModelAccount, ...]
    own_family: tuple[OwnFamily, ...] = ()
    budget: float | None = None
    stopped: str = ""
    looked: bool = False
    limit: str = ""

    @property
    def cost(self) -> float:
        """US dollars, as far as they are known."""
        return sum(one.cost for one in self.models)

    @property
    def unpriced(self) -> int:
        """Calls whose cost is not known."""
        return sum(one.unpriced for one in self.models)
