"""How much one visitor may ask for: bodies, time, and requests per second."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["Limits", "Pace"]

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one visitor may ask for.

    Args:
        body: The largest body, in bytes.
        arrival: Seconds within which a body has to arrive.
        answer: Seconds within which a page has to be made.
        burst: Requests that one link may make at once.
        rate: Requests a second that one link may make for long.
        tries: Refused entries that one address may make at once.
        tries_rate: Refused entries a second that one address may make for long.
    """

    body: int = 64 * 1024
    arrival: float = 10.0
    answer: float = 30.0
    burst: float = 240.0
    rate: float = 40.0
    tries: float = 20.0
    tries_rate: float = 1 / 3


@dataclass(slots=True)
class Pace:
    """A bucket for each visitor, which fills up again at an even rate.

    Args:
        burst: What a full bucket holds.
        rate: How much it gains a second.
    """

    burst: float
    rate: float
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, who: str, now: float) -> float:
        """Seconds until this visitor may go on; 0 when that is now."""
        held, since = self._buckets.get(who, (self.burst, now))
        held = min(self.burst, held + (now - since) * self.rate)
        return 0.0 if held >= 1 else (1 - held) / self.rate

    def take(self, who: str, now: float) -> float:
        """Count one request, or tell how many seconds it is too early."""
        if wait := self.wait(who, now):
            return wait
        held, since = self._buckets.pop(who, (self.burst, now))
        held = min(self.burst, held + (now - since) * self.rate)
        self._buckets[who] = (held - 1, now)
        if len(self._buckets) > _MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0
