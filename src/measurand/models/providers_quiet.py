"""Awaiting other people's code without its warnings getting out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Heard", "heard"]

T = TypeVar("T")


class Heard(Generic[T]):
    """A coroutine whose warnings are collected in words.

    ``warnings.catch_warnings`` around an ``await`` would catch other tasks' warnings and restore
    the filters out of order; here it is open only while the coroutine itself runs.

    Args:
        coroutine: What to await.
        words: Where the warnings go, each once.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T], words: list[str]) -> None:
        self._coroutine = coroutine
        self._words = words

    def __await__(self) -> Generator[Any, Any, T]:
        step: Callable[[Any], Any] = self._coroutine.send
        given: Any = None
        while True:
            try:
                awaited = heard(lambda: step(given), self._words)  # noqa: B023 - called at once
            except StopIteration as end:
                result: T = end.value
                return result
            try:
                given = yield awaited
                step = self._coroutine.send
            except BaseException as error:  # noqa: BLE001 - cancellation goes where it was sent
                given, step = error, self._coroutine.throw


def heard(call: Callable[[], T], words: list[str]) -> T:
    """Call something, with its warnings put into words instead of raised or printed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return call()
        finally:
            for one in caught:
                text = " ".join(str(one.message).split())
                if text not in words:
                    words.append(text)
