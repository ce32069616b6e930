"""What is known of a function before it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["is_async"]


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it only makes a coroutine, so that the call itself cannot block."""
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    call = getattr(type(inner), "__call__", None)  # noqa: B004 - the method, not whether there is one
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(call)
