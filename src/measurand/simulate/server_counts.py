"""What a simulated provider was asked, counted exactly: a test can prove what was sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

__all__ = ["Counter", "Counts", "Planted", "Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of one model, or of one key.

    Args:
        received: Requests that arrived whole.
        answered: Those answered in full, to a client that was still there.
        faults: Those that a planted fault was given to, by fault; a fault of a reply that arrives
            counts as answered too.
    """

    received: int = 0
    answered: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"received": self.received, "answered": self.answered, "faults": dict(self.faults)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everything counted up to one moment.

    Args:
        total: Of all requests for answers; batches count each of their lines.
        models: By model.
        keys: By ``Idempotency-Key``, a batch's ``custom_id``, or ``sha-...`` of the content.
        log: Every request's key and what became of it, in order: ``received``, ``answered``, or
            a fault.
        input_tokens: What usage told in answers adds up to.
        output_tokens: The same of output.
        cached_tokens: The same of input read from a cache.
    """

    total: Tally
    models: Mapping[str, Tally]
    keys: Mapping[str, Tally]
    log: tuple[tuple[str, str], ...]
    input_tokens: int
    output_tokens: int
    cached_tokens: int

    def repeated(self) -> dict[str, int]:
        """Keys that were answered in full more than once, and how often."""
        return {key: tally.answered for key, tally in self.keys.items() if tally.answered > 1}

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, without the log."""
        return {
            "total": self.total.to_json(),
            "models": {name: tally.to_json() for name, tally in self.models.items()},
            "keys": {key: tally.to_json() for key, tally in self.keys.items()},
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
        }


@dataclass(frozen=True, slots=True)
class Planted:
    """Which items a fault script has chosen, of those seen so far.

    Args:
        lasting: Key to fault, of items that end in that class of failure.
        passing: Key to fault, of items whose first tries it hits.
    """

    lasting: Mapping[str, str]
    passing: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"lasting": dict(self.lasting), "passing": dict(self.passing)}


class _Cell:
    __slots__ = ("answered", "faults", "received")

    def __init__(self) -> None:
        self.received = 0
        self.answered = 0
        self.faults: dict[str, int] | None = None

    def fault(self, name: str) -> None:
        if self.faults is None:
            self.faults = {}
        self.faults[name] = self.faults.get(name, 0) + 1

    def tally(self) -> Tally:
        return Tally(self.received, self.answered, dict(self.faults or {}))


class Counter:
    """The counter at work; any thread may read it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._total = _Cell()
        self._models: dict[str, _Cell] = {}
        self._keys: dict[str, _Cell] = {}
        self._log: list[tuple[str, str]] = []
        self._tokens = [0, 0, 0]

    def received(self, model: str, key: str) -> None:
        """A request has arrived."""
        with self._lock:
            for cell in self._cells(model, key):
                cell.received += 1
            self._log.append((key, "received"))

    def fault(self, model: str, key: str, name: str) -> None:
        """A planted fault was given to it."""
        with self._lock:
            for cell in self._cells(model, key):
                cell.fault(name)
            self._log.append((key, name))

    def answered(self, model: str, key: str, used: tuple[int, int, int]) -> None:
        """It was answered in full, with so many tokens of input, of output and from the cache."""
        with self._lock:
            for cell in self._cells(model, key):
                cell.answered += 1
            for at, number in enumerate(used):
                self._tokens[at] += number
            self._log.append((key, "answered"))

    def read(self) -> Counts:
        """Everything up to now."""
        with self._lock:
            used = tuple(self._tokens)
            return Counts(
                total=self._total.tally(),
                models={name: cell.tally() for name, cell in self._models.items()},
                keys={key: cell.tally() for key, cell in self._keys.items()},
                log=tuple(self._log),
                input_tokens=used[0],
                output_tokens=used[1],
                cached_tokens=used[2],
            )

    def _cells(self, model: str, key: str) -> tuple[_Cell, _Cell, _Cell]:
        own = self._models.get(model)
        if own is None:
            own = self._models[model] = _Cell()
        keyed = self._keys.get(key)
        if keyed is None:
            keyed = self._keys[key] = _Cell()
        return self._total, own, keyed
