"""What all systems share: answers and failures become outputs, and nothing is raised."""

from __future__ import annotations

import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand.core.example import Example, ToolCall
from measurand.core.model import Call
from measurand.core.output import Failure, Output, Usage
from measurand.core.sound import MOST_TOKENS, countable, no_json, words
from measurand.errors import BudgetExhausted

__all__ = ["Answer", "LocalSystem", "broken", "made", "shown", "writable"]

_SHOWN = 200
_TRACEBACK = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back where nothing failed."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    cost: float | None = None


class LocalSystem(ABC):
    """A system that is no provider's model: it makes no calls that this package knows of.

    Args:
        name: Its name in the table of ratings.
        version: Changes whenever the same example could be answered by something else.
    """

    def __init__(self, name: str, version: str) -> None:
        self._name = name
        self._version = version

    @property
    def name(self) -> str:
        """Its name in the table of ratings."""
        return self._name

    @property
    def version(self) -> str:
        """Changes whenever the same example could be answered by something else."""
        return self._version

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """Answer an example; what goes wrong is the output's failure, never raised.

        Raises:
            BudgetExhausted: Code of the user's own asked a model that may not be asked any more.
        """
        began = time.perf_counter()
        try:
            outcome = writable(self.name, await self.attempt(example, trial))
        except BudgetExhausted:
            raise
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - no system ends a run
            outcome = broken(self.name, problem)
        seconds = time.perf_counter() - began
        return made(self.name, example, trial, outcome=outcome, seconds=seconds), ()

    @abstractmethod
    async def attempt(self, example: Example, trial: int) -> Answer | Failure:
        """Answer once; whatever is raised becomes a failure."""


def made(
    system: str,
    example: Example,
    trial: int,
    *,
    outcome: Answer | Failure,
    seconds: float | None = None,
) -> Output:
    """The output that an answer or a failure is."""
    if isinstance(outcome, Failure):
        return Output(
            example=example.id,
            system=system,
            text=None,
            trial=trial,
            seconds=seconds,
            failure=outcome,
        )
    return Output(
        example=example.id,
        system=system,
        text=outcome.text,
        trial=trial,
        tool_calls=outcome.tool_calls,
        usage=outcome.usage,
        seconds=seconds,
        cost=outcome.cost,
    )


def writable(system: str, outcome: Answer | Failure) -> Answer | Failure:
    """The same; an answer that cannot be written down is the failure ``invalid``."""
    odd = "" if isinstance(outcome, Failure) else _odd(outcome)
    return Failure("invalid", f"{system} gave {odd}") if odd else outcome


def _odd(answer: Answer) -> str:
    """What in an answer cannot be written down; empty where all can."""
    text: Any = answer.text
    if not isinstance(text, str):
        return f"{type(text).__name__} in the place of its text"
    calls: tuple[Any, ...] = answer.tool_calls
    for call in calls:
        if not isinstance(call.name, str) or not isinstance(call.arguments, Mapping):
            return f"a tool call without name and arguments: {shown(repr(call))}"
        if why := no_json(call.arguments):
            return f"a tool call {shown(call.name)!r} whose arguments are no JSON: {why}"
    if not countable(answer.usage):
        usage = shown(repr(answer.usage))
        return f"usage {usage}, where tokens are whole numbers from 0 to {MOST_TOKENS:,}"
    return ""


def broken(what: str, problem: BaseException) -> Failure:
    """The failure that an exception is: what and where in a line, all of the trace as details."""
    trace = "".join(traceback.format_exception(problem))[-_TRACEBACK:]
    frames = traceback.extract_tb(problem.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    message = f"{what} failed: {type(problem).__name__}: {shown(words(problem))}{where}"
    return Failure("exception", message, trace)


def shown(text: str) -> str:
    """A text short enough for a message, on one line."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
