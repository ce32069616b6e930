"""What the rooms above expect of a part, without knowing which one it is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol, runtime_checkable

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import Scale

__all__ = ["Check"]


@runtime_checkable
class Check(Protocol):
    """Code that rates an output on one dimension.

    The same object rates offline, in the gate and in production.
    """

    @property
    def name(self) -> str:
        """The rater's name in the table, as in ``"check.json_schema"``."""

    @property
    def dimension(self) -> str:
        """The dimension it rates."""

    @property
    def scale(self) -> Scale:
        """The scale of its measurements."""

    @property
    def cost(self) -> float:
        """US dollars an output; 0 for code that runs here."""

    @property
    def version(self) -> str:
        """Changes whenever the same output could be rated otherwise."""

    def measure(self, example: Example, output: Output) -> Measurement | Awaitable[Measurement]:
        """Rate an answer; a value of None says why it cannot."""
