"""The Anthropic-compatible wire: messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from measurand.core.model import Finish
from measurand.simulate.provider_asked import Answered, Asked
from measurand.simulate.provider_draws import name_of
from measurand.simulate.server_wire import (
    Refused,
    Wire,
    Written,
    dump,
    model_of,
    texts,
    turns_of,
    whole,
)

__all__ = ["MESSAGES"]

_STOP: Mapping[Finish, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "refused": "refusal",
    "tool_calls": "tool_use",
}
_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def _read(body: Mapping[str, Any], key: str) -> Asked:
    model = model_of(body)
    limit = whole(body, "max_tokens")
    if limit is None:
        raise Refused(400, "max_tokens: Field required", parameter="max_tokens")
    turns = list(turns_of(body.get("messages"), "messages"))
    marked = _marked(body.get("messages"))
    system = body.get("system")
    if system:
        turns.insert(0, ("system", texts(system)))
        marked += marked > 0
        marked = marked or int(_controlled(system))
    schema, tool = _form(body)
    return Asked(
        model=model,
        turns=tuple(turns),
        key=key,
        schema=schema if schema is not None else _wanted(body),
        tool=tool,
        limit=limit,
        marked=marked,
    )


def _marked(messages: object) -> int:
    """How many messages there are up to the last that a cache was asked for."""
    last = 0
    if isinstance(messages, list):
        for number, message in enumerate(messages, start=1):
            if isinstance(message, Mapping) and _controlled(message.get("content")):
                last = number
    return last


def _controlled(content: object) -> bool:
    return isinstance(content, list) and any(
        isinstance(part, Mapping) and part.get("cache_control") for part in content
    )


def _wanted(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of a structured reply, in its present place or its former one."""
    settings = body.get("output_config")
    wanted = settings.get("format") if isinstance(settings, Mapping) else None
    wanted = wanted or body.get("output_format")
    if not isinstance(wanted, Mapping) or wanted.get("type") != "json_schema":
        return None
    schema = wanted.get("schema")
    if not isinstance(schema, Mapping):
        raise Refused(400, "output_config.format.schema: Field required")
    return schema


def _form(body: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """The tool that must be called, where one is forced, and its schema."""
    choice = body.get("tool_choice")
    tools = [tool for tool in body.get("tools") or () if isinstance(tool, Mapping)]
    kind = choice.get("type") if isinstance(choice, Mapping) else None
    if not tools or kind not in {"any", "tool"}:
        return None, None
    named = choice.get("name") if isinstance(choice, Mapping) and kind == "tool" else None
    for tool in tools:
        if named in {None, tool.get("name")}:
            return tool.get("input_schema") or {"type": "object"}, tool.get("name")
    raise Refused(400, f"tool_choice.name: there is no tool {named!r}")


def _write(asked: Asked, answered: Answered) -> dict[str, Any]:
    name = name_of(asked.model, asked.key)
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": _content(asked, answered, name),
        "stop_reason": _STOP[answered.finish],
        "stop_sequence": None,
        "usage": {
            "input_tokens": answered.input_tokens - answered.cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": answered.cached_tokens,
            "output_tokens": answered.output_tokens,
            "service_tier": "standard",
        },
    }


def _content(asked: Asked, answered: Answered, name: str) -> list[dict[str, Any]]:
    if asked.tool is None or answered.finish == "refused":
        return [{"type": "text", "text": answered.text}]
    try:
        arguments = json.loads(answered.text)
    except ValueError:  # a fault or the limit has cut it
        arguments = {}
    return [{"type": "tool_use", "id": f"toolu_{name}", "name": asked.tool, "input": arguments}]


def _error(refused: Refused) -> Written:
    kind = _TYPES.get(refused.status, "api_error")
    body = {
        "type": "error",
        "error": {"type": kind, "message": refused.message},
        "request_id": "req_simulated",
    }
    return Written(dump(body), refused.status)


MESSAGES = Wire(_read, _write, _error)
