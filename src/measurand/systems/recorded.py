"""Outputs that were recorded elsewhere, as a system that answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.model import Call
from measurand.core.output import Failure, Output
from measurand.core.system import System
from measurand.systems.base import made

__all__ = ["RecordedSystem"]


class RecordedSystem:
    """A system whose answers are there already.

    Its version is its name's alone: whoever works with its answers looks at each of them, so that
    an edited answer is rated anew and the others are not.

    Args:
        system: What the plan says.
        outputs: Its outputs, by the example's id and the trial.
    """

    def __init__(self, system: System, outputs: Mapping[tuple[str, int], Output]) -> None:
        self._system = system
        self._outputs = outputs
        self._version = fingerprint(["recorded", system.name])

    @property
    def name(self) -> str:
        """Its name in the table of ratings."""
        return self._system.name

    @property
    def version(self) -> str:
        """Changes with its name."""
        return self._version

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """The recorded output, or the failure that there is none."""
        output = self._outputs.get((example.id, trial))
        if output is None:
            where = self._system.target or "what was recorded"
            message = f"{where} has no output for example {example.id!r}, trial {trial}"
            return made(self.name, example, trial, outcome=Failure("no_output", message)), ()
        return replace(output, example=example.id, system=self.name, trial=trial), ()
