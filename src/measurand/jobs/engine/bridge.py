"""From plain code to the one event loop, also where a loop is running already, as in a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["run_to_end"]

T = TypeVar("T")


def run_to_end(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to its end what is asynchronous, and give what it gives.

    A notebook runs a loop in this thread; then the work has a thread and a loop of its own.

    Args:
        start: Makes the coroutine, in the loop in which it will run.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(start())
    outcome: list[T] = []
    problems: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(asyncio.run(start()))
        except BaseException as problem:  # noqa: BLE001 - it is raised again in the caller's thread
            problems.append(problem)

    thread = threading.Thread(target=work, name="measurand")
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return outcome[0]
