"""Users' own checks, called where none can hold up a run; those of this package are not."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import partial

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.protocols import Check
from measurand.core.rating import Measurement
from measurand.raters.checks.base import broken
from measurand.raters.checks.own import FunctionCheck
from measurand.systems.threads import Escaped, Overdue, Threads, within

__all__ = ["OwnChecks"]

_LEFT = 20
"""So many calls may never have come back before no more are made."""


def _one_by_one() -> Threads:
    return Threads(1, left=_LEFT)


@dataclass(frozen=True, slots=True)
class OwnChecks:
    """How checks are called.

    A plain function of the user's own runs in a thread, one call after another, as code that
    keeps something between calls expects; an async one is awaited, and any number of them are
    under way at once. Checks of this package are bounded and fast, so they are called as they
    are.

    Args:
        timeout: Seconds that one call may take.
        threads: Where plain functions run.
    """

    timeout: float | None = 120.0
    threads: Threads = field(default_factory=_one_by_one)

    async def measured(self, check: Check, example: Example, output: Output) -> Measurement:
        """What a check says; that it came too late, or broke, is what it says too."""
        if not isinstance(check, FunctionCheck):
            found = check.measure(example, output)
            return await found if inspect.isawaitable(found) else found
        try:
            if check.blocks and output.failure is None:
                call = partial(check.measure, example, output)
                found = await self.threads.run(call, seconds=self.timeout)
            else:
                found = check.measure(example, output)
            if inspect.isawaitable(found):
                found = await within(found, self.timeout)
        except Overdue as problem:
            return Measurement(None, f"{check.name}: {problem}", failure="timeout")
        except Escaped as problem:
            return broken(check.name, problem.raised)
        return found
