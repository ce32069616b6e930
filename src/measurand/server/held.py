"""A page that takes long to make: made once at a time, kept for a while, and others wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

__all__ = ["Held"]


class Held:
    """Keeps the last text that was made.

    Args:
        seconds: For how long, from when it was finished.
        clock: Seconds that only go on.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until = 0.0
        self._text: str | None = None
        self._making: asyncio.Task[str] | None = None

    async def get(self, make: Callable[[], Awaitable[str]]) -> str:
        """The text that is kept, or a new one; what cannot be made is not kept.

        Who waits may give up: it is made to its end all the same, for whoever asks next.

        Raises:
            Exception: Whatever `make` raises, to all who wait for it.
        """
        if self._text is not None and self._clock() < self._until:
            return self._text
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._made(make))
        return await asyncio.shield(self._making)

    async def _made(self, make: Callable[[], Awaitable[str]]) -> str:
        text = await make()
        self._text, self._until = text, self._clock() + self._seconds
        return text
