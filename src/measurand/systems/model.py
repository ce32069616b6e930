"""A provider's model with a prompt and parameters, as a system that answers."""

from __future__ import annotations

from dataclasses import replace

from measurand.core.example import Example, Message
from measurand.core.failure import FAILURES
from measurand.core.fingerprint import fingerprint
from measurand.core.model import Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Output
from measurand.core.protocols import ChatModel
from measurand.core.sound import countable
from measurand.core.system import System
from measurand.errors import BudgetExhausted
from measurand.systems.base import Answer, broken, made, writable
from measurand.systems.template import Lacking, Template

__all__ = ["ModelSystem"]

_WHOLE = frozenset({"question", "messages"})
"""A prompt with one of these says itself what the user says."""


class ModelSystem:
    """A model that is asked with a prompt.

    * A prompt without double braces, or with others than the following, is a system message
      before the example's messages, all of which stay, a system message of its own too.
    * A prompt with ``{{question}}`` or ``{{messages}}`` is all that the model is shown: one
      message of the user.
    * Without a prompt, the example's messages go as they are.

    An answer that ended at its token limit is an answer, for that is what users were shown; that
    it did is in its call. Where nothing but the end came, or a refusal without a word, the output
    is the failure ``truncated`` or ``refused``.

    Args:
        system: What the plan says: name, parameters, and the prompt's file for messages.
        model: Whom to ask; retries, limits and the budget are its business.
        prompt: The text of the prompt file; empty for none.

    Raises:
        PlanError: The prompt holds an unknown name in double braces.
    """

    def __init__(self, system: System, model: ChatModel, prompt: str = "") -> None:
        self._system = system
        self._model = model
        self._template = Template.parse(prompt, file=system.prompt) if prompt.strip() else None
        self._version = fingerprint(["model", model.version, prompt, system.parameters])

    @property
    def name(self) -> str:
        """Its name in the table of ratings."""
        return self._system.name

    @property
    def model(self) -> str:
        """The model's name, as in ``"openai/gpt-4o-mini"``."""
        return self._model.name

    @property
    def version(self) -> str:
        """Changes with the model, the prompt and the parameters."""
        return self._version

    @property
    def template(self) -> Template | None:
        """The prompt, where there is one: tells which examples lack what it asks for."""
        return self._template

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """Answer an example; what goes wrong is the output's failure, never raised.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """
        try:
            request = self.request(example, trial)
        except Lacking as problem:
            outcome = Failure("exception", f"the prompt cannot be filled in: {problem}")
            return made(self.name, example, trial, outcome=outcome), ()
        try:
            call = await self._model.ask(request)
        except BudgetExhausted:
            raise
        except Exception as problem:  # noqa: BLE001 - no system ends a run, whatever it meets
            outcome = broken(self._model.name, problem)
            return made(self.name, example, trial, outcome=outcome), ()
        return self._output(call, example, trial), (call,)

    def request(self, example: Example, trial: int) -> ModelRequest:
        """What the model is asked.

        Raises:
            Lacking: The example has no such metadata as the prompt asks for.
        """
        messages, prefix = example.messages, 0
        if self._template is not None:
            text = self._template.render(example)
            if self._template.names & _WHOLE:
                messages = (Message("user", text),)
            else:
                messages = (Message("system", text), *messages)
                prefix = 0 if self._template.names else 1
        return ModelRequest(
            messages=messages,
            parameters=self._system.parameters,
            prefix=prefix,
            key=fingerprint([self.version, example.fingerprint, trial]),
        )

    def _output(self, call: Call, example: Example, trial: int) -> Output:
        outcome = writable(self.name, _outcome(call))
        output = made(self.name, example, trial, outcome=outcome, seconds=call.seconds)
        told = any(attempt.usage is not None for attempt in call.attempts)
        usage = call.usage if told else (call.reply.usage if call.reply else None)
        usage = usage if countable(usage) else None
        return replace(output, usage=usage, cost=call.cost if call.attempts else None)


def _outcome(call: Call) -> Answer | Failure:
    if call.failure is not None:
        return call.failure
    reply = call.reply
    if not isinstance(reply, ModelReply):
        raise TypeError("a call without a failure has a reply")
    if not reply.text and not reply.tool_calls:
        if reply.finish == "length":
            return Failure("truncated", FAILURES["truncated"])
        if reply.finish == "refused":
            return Failure("refused", FAILURES["refused"])
    return Answer(text=reply.text, tool_calls=reply.tool_calls)
