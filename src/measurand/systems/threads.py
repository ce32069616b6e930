"""Plain functions in threads: so many at once, and one that never returns ends no run."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable
from queue import Empty, SimpleQueue
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["Escaped", "Overdue", "Threads", "within"]

_IDLE = 1.0
"""Seconds for which a thread waits for another call."""


class Overdue(Exception):  # noqa: N818 - what happened to a call, not a malfunction
    """A call did not come back in time."""


class Escaped(Exception):  # noqa: N818 - what happened to a call, not a malfunction
    """A call raised what would have ended more than itself, as ``GeneratorExit``.

    Args:
        raised: What it raised.
    """

    def __init__(self, raised: BaseException) -> None:
        super().__init__(type(raised).__name__)
        self.raised = raised


async def within(pending: Awaitable[Any], seconds: float | None) -> Any:
    """What is awaited, in time; a timeout of its own stays what it is.

    Raises:
        Overdue: It took longer than this many seconds.
        Escaped: It raised something that is no `Exception`, while nobody ended this task. An
            interrupt stays what it is, for it may be a person's.
    """
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            return await pending
    except TimeoutError:
        if clock.expired():
            raise Overdue(f"no answer within {seconds:g} s") from None
        raise
    except (Exception, KeyboardInterrupt):
        raise
    except BaseException as problem:
        if _ended():
            raise
        raise Escaped(problem) from problem


def _ended() -> bool:
    """Whether somebody ends this task, or there is none: a coroutine that is thrown away."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return True
    return task is None or task.cancelling() > 0


class Threads:
    """Threads for calls that block.

    A thread cannot be stopped. One whose call took too long is left to itself, and the process
    can end without it; when there are too many of those, no more are started.

    Args:
        most: How many calls run at once.
        left: How many may be left to themselves; by default, as many as may run at once.
    """

    def __init__(self, most: int, *, left: int | None = None) -> None:
        self._most = most
        self._most_left = most if left is None else left
        self._overdue = 0
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[_Work]] = []
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    @property
    def overdue(self) -> int:
        """Calls that were given up and have not returned."""
        return self._overdue

    async def run(self, call: Callable[[], Any], *, seconds: float | None) -> Any:
        """What the call gives or raises.

        Raises:
            Overdue: It took longer than this many seconds, counted from its start, or too many
                before it have not returned.
            Escaped: It raised something that is no `Exception`, an interrupt too: no person's
                reaches a thread.
        """
        loop = asyncio.get_running_loop()
        gate = self._gates.setdefault(loop, asyncio.Semaphore(self._most))
        async with gate:
            if self._overdue >= self._most_left:
                raise Overdue(f"{self._overdue} calls before it have not returned")
            done: asyncio.Future[Any] = loop.create_future()
            work = _Work(call, loop, done)
            self._start(work)
            try:
                return await within(done, seconds)
            finally:
                self._leave(work)

    def _leave(self, work: _Work) -> None:
        with self._lock:
            if not work.returned:
                work.left = True
                self._overdue += 1

    def _start(self, work: _Work) -> None:
        """Hand it to a thread that waits for more, or to a new one: to start one takes longer."""
        with self._lock:
            jobs = self._idle.pop() if self._idle else None
        if jobs is None:
            jobs = SimpleQueue()
            threading.Thread(target=self._live, args=(jobs,), daemon=True).start()
        jobs.put(work)

    def _live(self, jobs: SimpleQueue[_Work]) -> None:
        while (work := self._next(jobs)) is not None:
            work.carry_out()
            with self._lock:
                work.returned = True
                self._overdue -= work.left
                self._idle.append(jobs)
            work.tell()
            del work  # what was answered is not kept while there is nothing to do

    def _next(self, jobs: SimpleQueue[_Work]) -> _Work | None:
        try:
            return jobs.get(timeout=_IDLE)
        except Empty:
            with self._lock:
                if jobs in self._idle:
                    self._idle.remove(jobs)
                    return None
            return jobs.get()  # it was chosen in this moment


class _Work:
    """One call, and who waits for it."""

    def __init__(
        self,
        call: Callable[[], Any],
        loop: asyncio.AbstractEventLoop,
        done: asyncio.Future[Any],
    ) -> None:
        self._call = call
        self._loop = loop
        self._done = done
        self._context = contextvars.copy_context()
        self._result: Any = None
        self._problem: BaseException | None = None
        self.returned = False
        self.left = False

    def carry_out(self) -> None:
        """Make the call; what it raises is kept."""
        try:
            self._result = self._context.run(self._call)
        except BaseException as problem:  # noqa: BLE001 - raised again where it is waited for
            self._problem = problem

    def tell(self) -> None:
        """Wake up who waits, if anyone still does."""
        if not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._settle)
            except RuntimeError:  # it was closed in this moment
                return

    def _settle(self) -> None:
        if self._done.done():
            return
        if self._problem is None:
            self._done.set_result(self._result)
        elif isinstance(self._problem, StopIteration) or not isinstance(self._problem, Exception):
            self._done.set_exception(Escaped(self._problem))  # no future holds or passes these on
        else:
            self._done.set_exception(self._problem)
