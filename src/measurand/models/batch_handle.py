"""A handle on a batch: plain text that outlives the process, with no secret in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

__all__ = ["BatchStatus", "Handle", "Went"]

BatchStatus = Literal["in_progress", "canceling", "ended"]
_STATUSES = get_args(BatchStatus)
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """What requests were really sent with.

    Args:
        sent: Parameters, under the provider's names.
        notes: What was changed or left out, in words.
    """

    sent: Mapping[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """One batch that a provider has taken.

    Args:
        model: The model's name, as in ``openai/gpt-4o-mini``.
        id: The provider's name for the batch; empty where none of the requests could be sent.
        status: How far it was when last asked for.
        keys: The requests in it, by the caller's keys.
        names: What the provider knows each of them by.
        went: The different ways in which they were sent.
        ways: Of each request, which of them.
        refused: Requests that could not be put into any batch, and why.
        job: The library's own record of the batch, to be given back to it.
    """

    model: str
    id: str
    status: BatchStatus
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    went: tuple[Went, ...] = ()
    ways: tuple[int, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    job: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether its results can be fetched."""
        return self.status == "ended"

    def updated(self, status: str, job: Mapping[str, Any]) -> Handle:
        """The same batch, further on; a status that is not known has not ended."""
        known: BatchStatus = next((name for name in _STATUSES if name == status), "in_progress")
        return replace(self, status=known, job=job)

    def to_json(self) -> str:
        """The handle as text, to be stored."""
        return json.dumps({"version": _VERSION, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Handle:
        """Read a handle that `to_json` wrote.

        Raises:
            ValueError: The text is none, or of another version.
        """
        found = json.loads(text)
        version = found.pop("version", None) if isinstance(found, dict) else None
        if version != _VERSION:
            raise ValueError(f"no handle of a batch, version {_VERSION}; found version {version}")
        went = tuple(Went(sent=one["sent"], notes=tuple(one["notes"])) for one in found["went"])
        lists = {name: tuple(found[name]) for name in ("keys", "names", "ways")}
        return cls(**{**found, **lists, "went": went})
