"""A Python function of the user's own, plain or async, as a system that answers."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from types import MappingProxyType
from typing import Any

from measurand.core.callables import called, is_async, source_of
from measurand.core.example import Example, ToolCall
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Failure, Output, Usage
from measurand.core.sound import MOST_TOKENS
from measurand.core.system import System
from measurand.errors import UsageError
from measurand.privacy.patterns import find
from measurand.systems.base import Answer, LocalSystem, broken, shown
from measurand.systems.template import turns
from measurand.systems.threads import Escaped, Overdue, Threads, within

__all__ = ["FunctionSystem"]

_GIVEN: Mapping[str, Callable[[Example, int], Any]] = MappingProxyType(
    {
        "example": lambda example, _: example,
        "messages": lambda example, _: turns(example.messages),
        "question": lambda example, _: example.question,
        "trial": lambda _, trial: trial,
    }
)
_RETURNS = "text, a mapping with text (and tool_calls, usage, cost), or an Output"
_KEYS = ("text", "tool_calls", "usage", "cost")


class _Wrong(Exception):  # noqa: N818 - a finding about a value, not a malfunction
    """What a function gave is not what it may give."""


class FunctionSystem(LocalSystem):
    """A function that answers.

    Its parameters say what it is given: ``example`` (an `Example`), ``messages`` (the conversation,
    a list of mappings with ``role`` and ``content``), ``question`` (the last thing the user said),
    ``trial`` (counts repeated answers, from 0). It gives text, a mapping with ``text`` and, where
    it knows them, ``tool_calls``, ``usage`` and ``cost`` (US dollars), or an `Output`.

    A plain function runs in a thread of its own. The version follows from the function's source,
    its defaults and the plain values it was closed over, and from what else of the project it runs.

    Args:
        system: What the plan says.
        function: The function, or any object that can be called.
        timeout: Seconds that one call may take; None means any time.
        threads: How many calls of a plain function run at once.
        code: What it runs besides its own source, as a hash.

    Raises:
        UsageError: It cannot be called, or has a parameter that it would be given nothing for.
    """

    def __init__(
        self,
        system: System,
        function: Callable[..., Any],
        *,
        timeout: float | None = None,
        threads: int = 20,
        code: str = "",
    ) -> None:
        super().__init__(system.name, _version(function, code))
        self._function = function
        self._timeout = timeout
        self._threads = Threads(threads)
        self._by_place, self._by_name = _wanted(function)
        self._is_async = is_async(function)

    async def attempt(self, example: Example, trial: int) -> Answer | Failure:
        """Call the function once."""
        places = [_GIVEN[name](example, trial) for name in self._by_place]
        names = {name: _GIVEN[name](example, trial) for name in self._by_name}
        call = partial(self._function, *places, **names)
        try:
            if self._is_async:
                found = await within(call(), self._timeout)
            else:
                found = await self._threads.run(call, seconds=self._timeout)
                if inspect.isawaitable(found):
                    found = await within(found, self._timeout)
            return _answer(found)
        except _Wrong as problem:
            return Failure("invalid", f"{self.name} gave {problem}; allowed: {_RETURNS}")
        except Overdue as problem:
            return Failure("timeout", str(problem))
        except Escaped as problem:
            return broken(self.name, problem.raised)


def _wanted(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parameters to be given by place and by name.

    Raises:
        UsageError: There is one that nothing is given for, or none at all.
    """
    if not callable(function):
        raise UsageError(f"a system's function can be called; found {shown(repr(function))}")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise UsageError(
            f"{_called(function)} does not say which parameters it has; wrap it in a function with "
            f"any of: {', '.join(_GIVEN)}"
        ) from None
    by_place = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in _GIVEN]
    by_name = [
        p.name
        for p in parameters
        if p.kind in {p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY} and p.name in _GIVEN
    ]
    odd = [
        p.name
        for p in parameters
        if p.name not in _GIVEN
        and p.default is p.empty
        and p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}
    ]
    if odd or not (set(by_place + by_name) - {"trial"}):
        what = f"wants {', '.join(odd)}" if odd else "takes nothing of an example"
        raise UsageError(
            f"{_called(function)} {what}; name its parameters by what they are to be given: "
            f"{', '.join(_GIVEN)}"
        )
    return tuple(by_place), tuple(by_name)


def _answer(found: Any) -> Answer | Failure:
    """What a function gave.

    Raises:
        _Wrong: It is nothing that it may give.
    """
    if isinstance(found, str):
        return Answer(text=found)
    if isinstance(found, Output):
        if found.failure is not None:
            return _failure(found.failure)
        return Answer(
            text=found.text or "",
            tool_calls=tuple(found.tool_calls),
            usage=found.usage,
            cost=_cost({"cost": found.cost}),
        )
    if not isinstance(found, Mapping):
        raise _Wrong(f"{type(found).__name__} {shown(repr(found))}")
    if odd := [str(key) for key in found if key not in _KEYS]:
        raise _Wrong(f"a mapping with {', '.join(odd)}, of which only {', '.join(_KEYS)} are known")
    text = found.get("text")
    calls = tuple(map(_tool_call, found.get("tool_calls") or ()))
    if not isinstance(text, str) and not (text is None and calls):
        raise _Wrong(f"a mapping whose text is {shown(repr(text))}")
    return Answer(
        text=text or "", tool_calls=calls, usage=_usage(found.get("usage")), cost=_cost(found)
    )


def _failure(found: Failure) -> Failure:
    """A failure that the function itself made, of texts whatever it put there."""
    kind = str(found.kind or "exception")
    return Failure(kind, str(found.message), str(found.details))


def _tool_call(found: Any) -> ToolCall:
    if isinstance(found, ToolCall):
        return found
    name = found.get("name") if isinstance(found, Mapping) else None
    arguments = found.get("arguments", {}) if isinstance(found, Mapping) else None
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            arguments = None
    if not isinstance(name, str) or not isinstance(arguments, Mapping):
        raise _Wrong(f"a tool call without name and arguments: {shown(repr(found))}")
    return ToolCall(name, dict(arguments))


def _usage(found: Any) -> Usage | None:
    if found is None or isinstance(found, Usage):
        return found
    names = [item.name for item in fields(Usage)]
    if not isinstance(found, Mapping) or not set(found) <= set(names):
        raise _Wrong(f"usage {shown(repr(found))}, of which only {', '.join(names)} are known")
    if not all(type(value) is int and 0 <= value <= MOST_TOKENS for value in found.values()):
        raise _Wrong(
            f"usage {shown(repr(found))}, where tokens are whole numbers of 0 or more, "
            f"{MOST_TOKENS:,} at the most"
        )
    return Usage(**found)


def _cost(found: Mapping[str, Any]) -> float | None:
    cost = found.get("cost")
    if cost is None:
        return None
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        raise _Wrong(f"a cost of {shown(repr(cost))}, where a number of US dollars is wanted")
    if not math.isfinite(cost) or cost < 0:
        raise _Wrong(f"a cost of {cost}, where a number of 0 or more is wanted")
    return float(cost)


def _called(function: Callable[..., Any]) -> str:
    return f"{getattr(function, '__name__', type(function).__name__)}()"


def _version(function: Callable[..., Any], code: str) -> str:
    bound: list[Any] = []
    while isinstance(function, partial):
        bound += [
            *map(_plain, function.args),
            *sorted((k, _plain(v)) for k, v in function.keywords.items()),
        ]
        function = function.func
    cells = getattr(function, "__closure__", None) or ()
    bound += [_plain(cell.cell_contents) for cell in cells if _filled(cell)]
    bound += map(_plain, getattr(function, "__defaults__", None) or ())
    beside = [code] if code else []
    return fingerprint(["function", called(function), source_of(function), bound, *beside])


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # named before it has a value, as a function that calls itself
        return False


def _plain(value: Any) -> Any:
    """A value that decides answers, as a temperature; of anything else its type, and no secret."""
    if isinstance(value, bool | int | float) or value is None:
        return repr(value)
    if isinstance(value, str) and not find(value):
        return value
    return type(value).__qualname__
