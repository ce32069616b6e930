"""What is known of a function before it is called."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

__all__ = ["FILE_MODULE", "called", "is_async", "source_of"]

FILE_MODULE = "measurand_user_"
"""How the names of modules begin that are files a plan names; their path makes them unique."""


def called(function: Callable[..., Any]) -> str:
    """A function's name with its module's, the same wherever its project lies."""
    module = getattr(function, "__module__", "") or ""
    if module.startswith(FILE_MODULE):
        module = Path(getattr(sys.modules.get(module), "__file__", None) or module).name
    return f"{module}.{getattr(function, '__qualname__', type(function).__qualname__)}"


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it only makes a coroutine, so that the call itself cannot block."""
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    call = getattr(type(inner), "__call__", None)  # noqa: B004 - the method, not whether there is one
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(call)


def source_of(function: Callable[..., Any]) -> str:
    """What a function, or the class of an object that can be called, says; empty if unknown."""
    try:
        return inspect.getsource(function if inspect.isroutine(function) else type(function))
    except (OSError, TypeError):  # typed in at a prompt
        code = getattr(function, "__code__", None)
        return "" if code is None else f"{code.co_code.hex()}{code.co_names}"
