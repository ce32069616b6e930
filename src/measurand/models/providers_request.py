"""A request in pydantic-ai's words, and what of it a model cannot be given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_ai.messages import (
    CachePoint,
    ModelMessage,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.messages import ModelRequest as Turn
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from measurand.core.example import Message
from measurand.core.model import ModelRequest

__all__ = ["Asked", "translate"]

_SHARED = frozenset(
    {
        "temperature",
        "max_tokens",
        "top_p",
        "top_k",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "parallel_tool_calls",
        "service_tier",
    }
)
"""Parameters that pydantic-ai knows by the same name."""

_CACHES = {"anthropic": "anthropic_cache_instructions", "bedrock": "bedrock_cache_instructions"}
"""How a provider is told to cache the system message."""

_LIMIT = 16_000
"""Tokens of output where a provider wants a limit and none was given: more needs a stream."""

_LIMIT_WITH_THINKING = 21_000
"""The same, where hidden reasoning counts too."""

_LIMIT_OF_OLD = 4_096
"""The same, for models that refuse a higher one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as pydantic-ai takes it.

    Args:
        messages: The conversation.
        settings: Parameters under pydantic-ai's names.
        parameters: The form of the output.
        wanted: Parameters under measurand's names, to be looked for in what was sent.
        notes: What was changed or left out.
    """

    messages: list[ModelMessage]
    settings: ModelSettings
    parameters: ModelRequestParameters
    wanted: Mapping[str, Any]
    notes: tuple[str, ...]


def translate(request: ModelRequest, model: Model[Any]) -> Asked:
    """Say a request in pydantic-ai's words; timeouts, headers and retries are the caller's."""
    notes: list[str] = []
    settings, wanted = _settings(request.parameters, model, notes)
    if _needs_limit(model) and "max_tokens" not in settings:
        settings["max_tokens"] = _limit(settings, model)
        notes.append(f"max_tokens {settings['max_tokens']} was added: the provider wants a limit")
    cached = request.messages[: max(0, request.prefix)]
    switch = _CACHES.get(model.system)
    if switch and any(message.role == "system" for message in cached):
        settings[switch] = True
    return Asked(
        messages=_turns(request.messages, len(cached), notes),
        # A TypedDict with the keys of every provider would have to be one of each provider's.
        settings=ModelSettings(**settings),  # type: ignore[typeddict-item]
        parameters=_output(request.schema, model, notes),
        wanted=wanted,
        notes=tuple(notes),
    )


def _settings(
    parameters: Mapping[str, Any], model: Model[Any], notes: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    own = f"{model.system.replace('-', '_')}_"
    settings: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in parameters.items():
        if name == "stop":
            settings["stop_sequences"] = [value] if isinstance(value, str) else list(value)
            wanted[name] = value
        elif name == "effort":
            settings["thinking"] = value
            wanted[name] = value
        elif name in _SHARED:
            settings[name] = value
            wanted[name] = value
        elif name.startswith(own):
            settings[name] = value
        else:
            rest[name] = value
    if rest and (place := _place_for_others(model)):
        settings[place] = rest
    elif rest:
        names = ", ".join(sorted(rest))
        notes.append(f"{names} left out: {model.system} is given no parameters of one's own")
    return settings, wanted


def _place_for_others(model: Model[Any]) -> str | None:
    """Where parameters go that pydantic-ai has no name for."""
    if model.system == "bedrock":
        return "bedrock_additional_model_requests_fields"
    return None if "extra_body" in model.unsupported_settings else "extra_body"


def _needs_limit(model: Model[Any]) -> bool:
    return model.system == "anthropic"


def _limit(settings: Mapping[str, Any], model: Model[Any]) -> int:
    if model.profile.get("anthropic_rejects_max_tokens_beyond_context_window", False):
        return _LIMIT_OF_OLD
    most: object = model.profile.get("anthropic_max_output_tokens")
    wanted = _LIMIT_WITH_THINKING if settings.get("thinking") else _LIMIT
    return min(wanted, most) if isinstance(most, int) else wanted


def _output(
    schema: Mapping[str, Any] | None, model: Model[Any], notes: list[str]
) -> ModelRequestParameters:
    if schema is None:
        return ModelRequestParameters()
    if not model.profile.get("supports_json_schema_output", False):
        notes.append(f"the schema was left out: {model.model_name} takes none")
        return ModelRequestParameters()
    # A copy, in plain dicts and lists: what is sent is rewritten in place for some providers.
    own: dict[str, Any] = json.loads(json.dumps(dict(schema), default=_plain))
    title = own.get("title")
    return ModelRequestParameters(
        output_mode="native",
        output_object=OutputObjectDefinition(
            json_schema=own, name=title if isinstance(title, str) else "reply", strict=True
        ),
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a schema is plain JSON; found {type(value).__name__}")


def _turns(messages: tuple[Message, ...], cached: int, notes: list[str]) -> list[ModelMessage]:
    """Turns, with a cache point behind the last of the first ``cached`` that can bear one."""
    bearer = max(
        (at for at in range(cached) if messages[at].role in {"user", "tool"}), default=None
    )
    turns: list[ModelMessage] = []
    parts: list[ModelRequestPart] = []
    for at, message in enumerate(messages):
        if message.role == "assistant":
            if parts:
                turns.append(Turn(parts=parts))
                parts = []
            turns.append(ModelResponse(parts=[TextPart(message.content)]))
        elif message.role == "system":
            parts.append(SystemPromptPart(message.content))
        elif at == bearer:
            parts.append(UserPromptPart([message.content, CachePoint()]))
        else:
            parts.append(UserPromptPart(message.content))
    if parts:
        turns.append(Turn(parts=parts))
    if any(message.role == "tool" for message in messages):
        notes.append("turns of tools went as the user's: they name no call that they answer")
    return turns
