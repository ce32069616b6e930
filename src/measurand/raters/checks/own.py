"""A check of one's own: one function of an example and an output."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, get_type_hints

from measurand.core.callables import called, is_async, source_of
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import UNIT, YES_NO, Scale
from measurand.raters.checks.base import broken, refusal, shown

__all__ = ["FunctionCheck", "check"]

_UNVALUED = "the check gave None: it could not rate this output"


@dataclass(frozen=True)
class FunctionCheck:
    """A user's function as a check; it can still be called as the function it is.

    Args:
        function: Takes the example and the output, plain or async; gives a bool, a number on the
            scale, a `Measurement`, or None where it cannot rate.
        dimension: The dimension it rates.
        scale: The scale of its values.
        name: The rater's name in the table.
        cost: US dollars an output.
        version: Changes whenever the same output could be rated otherwise.
    """

    function: Callable[[Example, Output], Any]
    dimension: str
    scale: Scale
    name: str
    cost: float = 0.0
    version: str = field(default="")

    def __post_init__(self) -> None:
        if not self.version:
            object.__setattr__(self, "version", _version(self.function, self.scale))

    def beside(self, code: str) -> FunctionCheck:
        """The same where its function runs other code, too; a version that was said stays."""
        if not code or self.version != _version(self.function, self.scale):
            return self
        return replace(self, version=fingerprint([self.version, code]))

    @property
    def blocks(self) -> bool:
        """Whether a call of the function runs it, so that it belongs in a thread."""
        return not is_async(self.function)

    def __call__(self, example: Example, output: Output) -> Any:
        """Call the function itself."""
        return self.function(example, output)

    def measure(self, example: Example, output: Output) -> Measurement | Awaitable[Measurement]:
        """Rate an answer; whatever the function raises or returns wrongly gives no value."""
        if reason := refusal(output):
            return Measurement(None, reason)
        try:
            found = self.function(example, output)
            return self._awaited(found) if inspect.isawaitable(found) else self._valued(found)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - no check ends a run
            return broken(self.name, problem)

    async def _awaited(self, pending: Awaitable[Any]) -> Measurement:
        try:
            return self._valued(await pending)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - no check ends a run
            return broken(self.name, problem)

    def _valued(self, found: Any) -> Measurement:
        """What the function gave, held against the scale."""
        if found is None:
            return Measurement(None, _UNVALUED)
        given = _texts(found) if isinstance(found, Measurement) else Measurement(_plain(found))
        if given.value is None:
            return given
        raw = float(given.value) if isinstance(given.value, bool) and self._unit else given.value
        try:
            return Measurement(self.scale.parse(raw), given.reason, given.evidence)
        except ValueError as problem:
            why = f"{self.name} gave no value on its scale: {problem}"
            return Measurement(None, why, failure="out_of_range")

    @property
    def _unit(self) -> bool:
        return self.scale == UNIT


def check(
    dimension: str,
    *,
    scale: Scale | None = None,
    name: str = "",
    cost: float = 0.0,
    version: str = "",
) -> Callable[[Callable[[Example, Output], Any]], FunctionCheck]:
    """Make a check of a function.

    ::

        @check("tone")
        def no_slang(example, output) -> bool:
            return "gonna" not in output.text

    It is called for answers only, never for failures, so ``output.text`` is there. What it raises
    is kept with its traceback, and gives no value; nor does a call that takes longer than the
    plan's ``run: timeout``. A plain function is called in a thread, one output after another; an
    async one may be under way for many at once.

    Args:
        dimension: The dimension it rates.
        scale: The scale of its values; by default yes/no for a function annotated as giving a
            bool, and otherwise 0..1, where True is 1 and False is 0.
        name: The rater's name; by default ``check.`` and the function's.
        cost: US dollars an output, where it calls something that costs.
        version: By default it follows from the function's source and, in a plan, from what it runs
            of the project's own modules; say it yourself where the rating depends on more.
    """

    def made(function: Callable[[Example, Output], Any]) -> FunctionCheck:
        chosen = scale or (YES_NO if _gives_bool(function) else UNIT)
        called = name or f"check.{getattr(function, '__name__', type(function).__name__)}"
        return FunctionCheck(function, dimension, chosen, called, cost, version)

    return made


def _gives_bool(function: Callable[..., Any]) -> bool:
    try:
        given = get_type_hints(function).get("return")
    except (NameError, TypeError, AttributeError):  # names that exist for the type checker only
        given = getattr(function, "__annotations__", {}).get("return")
    return given in (bool, bool | None, "bool", "bool | None")


def _texts(found: Measurement) -> Measurement:
    """The same with texts for reason and evidence, whatever the function put there."""
    evidence: Any = found.evidence
    listed = (evidence,) if isinstance(evidence, str) else evidence or ()
    return replace(found, reason=str(found.reason or ""), evidence=tuple(map(str, listed)))


def _plain(found: Any) -> Any:
    """A number of an array library as Python's own."""
    value = found.item() if type(found).__module__ == "numpy" and not found.ndim else found
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a check gives a bool, a number or None; found {shown(repr(value))}")


def _version(function: Callable[..., Any], scale: Scale) -> str:
    return fingerprint([called(function), source_of(function), scale])
