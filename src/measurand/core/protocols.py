"""What the rooms above expect of a part, without knowing which one it is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol, runtime_checkable

from measurand.core.example import Example
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Call, ModelRequest
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import Scale

__all__ = ["ChatModel", "Check", "Judge", "LiveSystem"]


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


@runtime_checkable
class ChatModel(Protocol):
    """A language model that answers; whoever implements it owns retries, limits and budget."""

    @property
    def name(self) -> str:
        """The model's name, as in ``"openai/gpt-4o-mini"``."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could be answered by something else."""

    async def ask(self, request: ModelRequest) -> Call:
        """Ask once, trying again what may pass; a failure is part of the call, never raised.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """


@runtime_checkable
class LiveSystem(Protocol):
    """A system that can be asked."""

    @property
    def name(self) -> str:
        """Its name in the table of ratings."""

    @property
    def version(self) -> str:
        """Changes whenever the same example could be answered by something else."""

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """Answer an example; what goes wrong is the output's failure, never raised.

        Returns:
            The output, and the calls of models that it took, where it knows of them.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """


@runtime_checkable
class Judge(Protocol):
    """A model that rates outputs on dimensions."""

    @property
    def name(self) -> str:
        """The rater's name in the table: the name of its model."""

    @property
    def version(self) -> str:
        """Changes with the model, the rubric, the prompt, the parameters and the form."""

    def tasks(
        self, example: Example, output: str, *, other: str | None = None
    ) -> tuple[BlindTask, ...]:
        """Everything it has to say about an output, or about a pair where ``other`` is given."""

    async def judge(self, task: BlindTask) -> Judgment:
        """Carry out one task; what goes wrong is the judgment's failure, never raised.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """
