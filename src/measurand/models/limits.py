"""How many calls a provider takes at once, and how fast: found out, kept, and shared fairly."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from measurand.models.waiting import between_requests

__all__ = ["Limiter", "Pass"]

_DECREASE = 0.7
_MINUTE = 60.0
_MEAN = 0.1
"""The weight of the newest call in the running mean of tokens in an answer."""


@dataclass(slots=True, eq=False)
class Pass:
    """Leave to make one call; `Limiter.release` ends it, once."""

    tokens: int
    started: float
    open: bool = True


class _Bucket:
    """So much a minute: a second's worth at once, and what was taken too much is paid back.

    Args:
        per_minute: How much.
        now: Seconds of the loop's clock.
    """

    __slots__ = ("_at", "_level", "_most", "_rate")

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / _MINUTE
        self._most = max(1.0, self._rate)
        self._level = self._most
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until something may be taken; 0 where it may be now."""
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
        lacking = 1.0 - self._level
        return lacking / self._rate if lacking > _ROUNDING else 0.0

    def take(self, amount: float) -> None:
        """Take; the level may fall below 0, and then others wait."""
        self._level -= amount


_ROUNDING = 1e-9


class Limiter:
    """The calls under way to one provider.

    Their number starts at ``connections``, is cut by a third when the provider says that there
    are too many (429), once for all calls that were under way then, and grows by one with each
    round of successes, up to ``connections`` again. Who came first goes first.

    Args:
        connections: Calls under way at once, at the most.
        requests_per_minute: What the provider allows, where it is known.
        tokens_per_minute: What the provider allows, where it is known.
    """

    def __init__(
        self,
        connections: int,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
    ) -> None:
        self.connections = connections
        self.under_way = 0
        self._window = float(connections)
        self._cut_at = float("-inf")
        self._paused_until = float("-inf")
        self._waiting: deque[tuple[asyncio.Future[Pass], int]] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._per_minute = (requests_per_minute, tokens_per_minute)
        self._requests: _Bucket | None = None
        self._tokens: _Bucket | None = None
        self._answer = 0.0

    @property
    def window(self) -> int:
        """How many calls may be under way at once now."""
        return max(1, int(self._window + _ROUNDING))

    @property
    def waiting(self) -> int:
        """How many calls wait for leave."""
        return sum(not future.done() for future, _ in self._waiting)

    async def acquire(self, tokens: int = 0) -> Pass:
        """Wait for leave to make a call.

        Args:
            tokens: How many tokens the question takes, about; the answer's are added here.
        """
        loop = self._loop or self._begin()
        tokens += int(self._answer)
        if not self._waiting and self._delay(loop.time()) == 0.0:
            return self._grant(tokens, loop.time())
        future: asyncio.Future[Pass] = loop.create_future()
        self._waiting.append((future, tokens))
        self._move()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.release(future.result())  # leave came together with the cancellation
            else:
                self._move()
            raise

    def release(
        self, leave: Pass, *, good: bool = False, tokens: int | None = None, answer: int = 0
    ) -> None:
        """The call has ended, however; a second time changes nothing.

        Args:
            leave: What `acquire` gave.
            good: Whether the provider took it, so that it may be asked for more at once.
            tokens: Tokens that it took in all, where the provider told.
            answer: Those of its answer among them.
        """
        if not leave.open:
            return
        leave.open = False
        self.under_way -= 1
        if good and self._window < self.connections and leave.started >= self._cut_at:
            self._window = min(float(self.connections), self._window + 1.0 / self._window)
        if tokens is not None:
            self._answer += (answer - self._answer) * _MEAN
            if self._tokens is not None:
                self._tokens.take(tokens - leave.tokens)
        if self._waiting:
            self._move()

    def too_many(self, leave: Pass) -> None:
        """The provider refused a call because there are too many (429)."""
        if leave.started >= self._cut_at:
            self._window = max(1.0, self._window * _DECREASE)
            self._cut_at = (self._loop or self._begin()).time()

    def pause(self, seconds: float) -> None:
        """No call starts before so many seconds have gone; a longer pause stands."""
        now = (self._loop or self._begin()).time()
        self._paused_until = max(self._paused_until, now + seconds)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take what a good response says about limits as a hint."""
        if "x-ratelimit-remaining-requests" in headers:
            wait = between_requests(headers)
            if wait:
                self.pause(min(wait, _MINUTE))

    def _begin(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        requests, tokens = self._per_minute
        self._requests = None if requests is None else _Bucket(requests, now)
        self._tokens = None if tokens is None else _Bucket(tokens, now)
        return self._loop

    def _delay(self, now: float) -> float | None:
        """Seconds until the next call may start; None where a call must end first."""
        if self.under_way >= self.window:
            return None
        delay = max(0.0, self._paused_until - now)
        if self._requests is not None:
            delay = max(delay, self._requests.wait(now))
        if self._tokens is not None:
            delay = max(delay, self._tokens.wait(now))
        return delay if delay > _ROUNDING else 0.0

    def _grant(self, tokens: int, now: float) -> Pass:
        self.under_way += 1
        if self._requests is not None:
            self._requests.take(1.0)
        if self._tokens is not None:
            self._tokens.take(tokens)
        return Pass(tokens, now)

    def _move(self) -> None:
        """Give leave to all who may go; see to it that the next is thought of in time."""
        loop = self._loop or self._begin()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._waiting:
            future, tokens = self._waiting[0]
            if future.done():
                self._waiting.popleft()
                continue
            now = loop.time()
            delay = self._delay(now)
            if delay == 0.0:
                self._waiting.popleft()
                future.set_result(self._grant(tokens, now))
                continue
            if delay is not None:
                self._alarm = loop.call_later(delay, self._move)
            return
