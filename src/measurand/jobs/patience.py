"""Asking an endpoint again: what may pass, as long after as it says itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from measurand.core.output import Failure
from measurand.models.waiting import told_to_wait
from measurand.models.wire import PASSING

if TYPE_CHECKING:
    from measurand.systems.base import Answer
    from measurand.systems.http import Tried

__all__ = ["Patience"]

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_LONGEST_TOLD = 300.0
"""Seconds for which an endpoint is waited for at the most, whatever it says."""


@dataclass(slots=True, kw_only=True)
class Patience:
    """Tries again what may pass (a `measurand.systems.http.Retry`).

    Where the endpoint says how long to wait, no attempt of anybody's is made before that time;
    else each waits for himself, longer each time and with chance.

    Args:
        attempts: How often one thing is tried in all.
        chance: Where jitter comes from.
        sleep: Waits for so many seconds.
    """

    attempts: int
    chance: random.Random
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _not_before: float = field(default=0.0, init=False)

    async def __call__(self, once: Callable[[], Awaitable[Tried]]) -> Answer | Failure:
        """What the first attempt gave that did not fail, or the last one."""
        tries = 1
        while True:
            await self._pause()
            tried = await once()
            outcome = tried.outcome
            if not isinstance(outcome, Failure) or outcome.kind not in PASSING:
                return outcome
            told = told_to_wait(tried.headers, outcome.details)
            if told:
                self._hold(min(told, _LONGEST_TOLD))
            if tries >= self.attempts:
                return outcome
            await self._wait(tries, told)
            tries += 1

    def _hold(self, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self._not_before = max(self._not_before, until)

    async def _pause(self) -> None:
        """Wait until the endpoint wants to be asked again, which others may have been told."""
        left = self._not_before - asyncio.get_running_loop().time()
        while left > 0:
            await self.sleep(left)
            left = self._not_before - asyncio.get_running_loop().time()

    async def _wait(self, tries: int, told: float | None) -> None:
        """With chance, so that not all come back at once; the time that was told comes on top."""
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (tries - 1))
        if told:
            await self._pause()
            longest = min(longest, 0.1 * min(told, _LONGEST_TOLD))
        await self.sleep(self.chance.uniform(0.0, longest))
