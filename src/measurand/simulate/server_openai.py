"""The OpenAI-compatible wires: chat completions and responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.core.model import Finish
from measurand.simulate.provider_asked import Answered, Asked
from measurand.simulate.provider_draws import name_of
from measurand.simulate.server_wire import (
    CREATED,
    Refused,
    Wire,
    Written,
    dump,
    model_of,
    turns_of,
    whole,
)

__all__ = ["CHAT", "RESPONSES", "models_list"]

_FINISH: Mapping[Finish, str] = {
    "stop": "stop",
    "length": "length",
    "refused": "content_filter",
    "tool_calls": "tool_calls",
}
_TYPES: Mapping[int, str] = {
    401: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "server_error",
    529: "server_error",
}


def _read_chat(body: Mapping[str, Any], key: str) -> Asked:
    schema, tool = _form(body, "function")
    wanted = body.get("response_format")
    if schema is None and isinstance(wanted, Mapping):
        schema = _schema(wanted, wanted.get("json_schema"))
    return Asked(
        model=model_of(body),
        turns=tuple(turns_of(body.get("messages"), "messages")),
        key=key,
        schema=schema,
        tool=tool,
        limit=whole(body, "max_completion_tokens", "max_tokens"),
    )


def _read_responses(body: Mapping[str, Any], key: str) -> Asked:
    model = model_of(body)
    said = body.get("input")
    turns = [("user", said)] if isinstance(said, str) else list(turns_of(said, "input"))
    if isinstance(instructions := body.get("instructions"), str):
        turns.insert(0, ("system", instructions))
    schema, tool = _form(body, "")
    text = body.get("text")
    if schema is None and isinstance(text, Mapping) and isinstance(text.get("format"), Mapping):
        schema = _schema(text["format"], text["format"])
    return Asked(
        model=model,
        turns=tuple(turns),
        key=key,
        schema=schema,
        tool=tool,
        limit=whole(body, "max_output_tokens"),
    )


def _schema(wanted: Mapping[str, Any], holder: object) -> Mapping[str, Any] | None:
    """The schema of a structured reply; any object where only JSON was asked for."""
    kind = wanted.get("type")
    if kind == "json_object":
        return {"type": "object"}
    if kind != "json_schema":
        return None
    schema = holder.get("schema") if isinstance(holder, Mapping) else None
    if not isinstance(schema, Mapping):
        raise Refused(400, "expected a JSON Schema of the reply", parameter="response_format")
    return schema


def _form(body: Mapping[str, Any], inside: str) -> tuple[Mapping[str, Any] | None, str | None]:
    """The tool that must be called, where one is forced, and its schema."""
    choice = body.get("tool_choice")
    tools = [tool for tool in body.get("tools") or () if isinstance(tool, Mapping)]
    forced = choice == "required" or isinstance(choice, Mapping)
    if not tools or not forced:
        return None, None
    offered = [tool.get(inside) or {} if inside else tool for tool in tools]
    named = None
    if isinstance(choice, Mapping):
        named = (choice.get(inside) or {}).get("name") if inside else choice.get("name")
    for tool in offered:
        if named in {None, tool.get("name")}:
            return tool.get("parameters") or {"type": "object"}, tool.get("name")
    raise Refused(400, f"tool_choice: there is no tool {named!r}", parameter="tool_choice")


def _write_chat(asked: Asked, answered: Answered) -> dict[str, Any]:
    refused = answered.finish == "refused"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refused or asked.tool else answered.text,
        "refusal": answered.text if refused else None,
    }
    if asked.tool is not None and not refused:
        called = {"name": asked.tool, "arguments": answered.text}
        call = {"id": f"call_{name_of(asked.key)}", "type": "function", "function": called}
        message["tool_calls"] = [call]
    finish = _FINISH[answered.finish]
    return {
        "id": f"chatcmpl-{name_of(asked.model, asked.key)}",
        "object": "chat.completion",
        "created": CREATED,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": answered.input_tokens,
            "completion_tokens": answered.output_tokens,
            "total_tokens": answered.input_tokens + answered.output_tokens,
            "prompt_tokens_details": {"cached_tokens": answered.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_simulated",
    }


def _write_responses(asked: Asked, answered: Answered) -> dict[str, Any]:
    reason = {"length": "max_output_tokens", "refused": "content_filter"}.get(answered.finish)
    status = "completed" if reason is None else "incomplete"
    name = name_of(asked.model, asked.key)
    return {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None if reason is None else {"reason": reason},
        "instructions": None,
        "max_output_tokens": asked.limit,
        "model": asked.model,
        "output": [_item(asked, answered, status)],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": answered.input_tokens,
            "input_tokens_details": {
                "cached_tokens": answered.cached_tokens,
                "cache_write_tokens": 0,
            },
            "output_tokens": answered.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": answered.input_tokens + answered.output_tokens,
        },
        "metadata": {},
    }


def _item(asked: Asked, answered: Answered, status: str) -> dict[str, Any]:
    """The one thing that a response says."""
    name = name_of(asked.model, asked.key)
    refused = answered.finish == "refused"
    if asked.tool is not None and not refused:
        return {
            "type": "function_call",
            "id": f"fc_{name}",
            "call_id": f"call_{name}",
            "name": asked.tool,
            "arguments": answered.text,
            "status": status,
        }
    part: dict[str, Any] = {"type": "output_text", "text": answered.text, "annotations": []}
    if refused:
        part = {"type": "refusal", "refusal": answered.text}
    return {
        "type": "message",
        "id": f"msg_{name}",
        "status": status,
        "role": "assistant",
        "content": [part],
    }


def _error(refused: Refused) -> Written:
    error = {
        "message": refused.message,
        "type": _TYPES.get(refused.status, "invalid_request_error"),
        "param": refused.parameter,
        "code": refused.code,
    }
    return Written(dump({"error": error}), refused.status)


def models_list(names: tuple[str, ...]) -> dict[str, Any]:
    """The answer to ``GET /v1/models``; it has the fields of both providers."""
    data = [
        {
            "id": name,
            "object": "model",
            "created": CREATED,
            "owned_by": "simulated",
            "type": "model",
            "display_name": name,
            "created_at": "2025-10-09T08:53:20Z",
        }
        for name in names
    ]
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "first_id": names[0] if names else None,
        "last_id": names[-1] if names else None,
    }


CHAT = Wire(_read_chat, _write_chat, _error)
RESPONSES = Wire(_read_responses, _write_responses, _error)
