"""The wire to a provider that pydantic-ai speaks to: one attempt, without agents or retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_ai.direct import model_request
from pydantic_ai.settings import ModelSettings, merge_model_settings

from measurand.core.fingerprint import fingerprint
from measurand.core.model import ModelReply, ModelRequest
from measurand.models.providers_build import Built
from measurand.models.providers_quiet import Heard, heard
from measurand.models.providers_reply import failure_of, reply_of
from measurand.models.providers_request import Asked, translate
from measurand.models.providers_sent import left_out, parameters_sent, recording

__all__ = ["ProviderWire", "what_went"]


class ProviderWire:
    """A model behind pydantic-ai's ``direct`` interface.

    Args:
        name: The model's name, as in ``anthropic/claude-opus-4``.
        built: The model of pydantic-ai.
        hide: Takes secrets out of what a provider says.
    """

    def __init__(self, name: str, built: Built, *, hide: Callable[[str], str]) -> None:
        self._name = name
        self._built = built
        self._hide = hide
        model = built.model
        self._version = fingerprint([name, model.system, model.model_name, model.base_url])

    @property
    def name(self) -> str:
        """The model's name, as in ``"anthropic/claude-opus-4"``."""
        return self._name

    @property
    def version(self) -> str:
        """A fingerprint of model, address and interface."""
        return self._version

    async def send(self, request: ModelRequest, *, timeout: float) -> ModelReply:  # noqa: ASYNC109 - part of the Wire protocol
        """Ask exactly once.

        Raises:
            CallFailed: There is no reply.
        """
        model = self._built.model
        words: list[str] = []
        with recording() as bodies:
            try:
                asked = heard(lambda: translate(request, model), words)
                response = await Heard(
                    model_request(
                        model,
                        asked.messages,
                        model_settings=self._settings(asked, request.key, timeout),
                        model_request_parameters=asked.parameters,
                    ),
                    words,
                )
            except Exception as error:  # noqa: BLE001 - whatever a client raises is a failed call
                left = bool(bodies) or not self._built.recorded
                raise failure_of(error, left=left, hide=self._hide) from None
        sent = parameters_sent(bodies[-1]) if bodies else None
        went, notes = what_went(asked, sent, model=model.model_name, words=words)
        return reply_of(response, sent=went, notes=notes)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._built.close()

    def _settings(self, asked: Asked, key: str, seconds: float) -> ModelSettings:
        own: dict[str, Any] = {**self._built.settings, "request_timeout": seconds}
        lacks = self._built.model.unsupported_settings
        if "timeout" not in lacks:
            own["timeout"] = seconds
        if key and "extra_headers" not in lacks:
            own["extra_headers"] = {"Idempotency-Key": key}
        # A TypedDict takes no mapping whose keys are not known before it runs.
        more = ModelSettings(**own)  # type: ignore[typeddict-item]
        return merge_model_settings(asked.settings, more) or more


def what_went(
    asked: Asked, sent: Mapping[str, Any] | None, *, model: str, words: list[str]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The parameters that really went, and notes on all that did not.

    Args:
        asked: What was asked.
        sent: What was seen on its way; None where nothing was.
        model: The model's name.
        words: Warnings of the libraries on the way.
    """
    if sent is None:
        return dict(asked.settings), (*asked.notes, *words)
    missing = left_out(asked.wanted, sent, model)
    names = [note.split(" ", 1)[0] for note in missing]
    names += ["stop_sequences"] * ("stop" in names) + ["thinking"] * ("effort" in names)
    new = [word for word in words if not any(f"'{n}'" in word or f"`{n}`" in word for n in names)]
    return sent, (*asked.notes, *missing, *new)
