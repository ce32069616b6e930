"""Spans of OpenTelemetry by whose attributes they bear; and what all samples share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ASKED = "Where is my parcel?"
ANSWER = "It left the depot."
AT = "2026-03-01T10:00:00+00:00"
SECONDS = 1.5
NANO = 1_772_359_200_000_000_000
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
USER = {"role": "user", "content": ASKED}
TURN = {"role": "assistant", "content": ANSWER}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_772_359_200,
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": TURN, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
}
PARTS_IN = [{"role": "user", "parts": [{"type": "text", "content": ASKED}]}]
PARTS_OUT = [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]}]


def values(cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attributes as a list of keys and values; whole numbers as text."""
    return [{"key": name, "value": _value(cell)} for name, cell in cells.items()]


def _value(cell: Any) -> dict[str, Any]:
    if isinstance(cell, bool):
        return {"boolValue": cell}
    if isinstance(cell, int):
        return {"intValue": str(cell)}
    if isinstance(cell, float):
        return {"doubleValue": cell}
    if isinstance(cell, list):
        return {"arrayValue": {"values": [_value(one) for one in cell]}}
    return {"stringValue": cell}


def span(cells: Mapping[str, Any], *, id: str = SPAN, parent: str = "", **more: Any) -> Any:  # noqa: A002
    """One span of a collector."""
    return {
        "traceId": TRACE,
        "spanId": id,
        "parentSpanId": parent,
        "name": "chat gpt-4o",
        "startTimeUnixNano": str(NANO),
        "endTimeUnixNano": str(NANO + 1_500_000_000),
        "attributes": values(cells),
        **more,
    }


def batch(*spans: Any) -> dict[str, Any]:
    """What a collector writes in one line."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": values({"service.name": "bot"})},
                "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}],
            }
        ]
    }


def event(name: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """What happened in a span."""
    return {"name": name, "timeUnixNano": str(NANO), "attributes": values(cells)}


_MODEL = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
TIMES = {"start_time": "2026-03-01T10:00:00.000Z", "end_time": "2026-03-01T10:00:01.500Z"}

SPANS: Mapping[str, Any] = {
    "genai": batch(
        span(
            {
                **_MODEL,
                "gen_ai.provider.name": "openai",
                "gen_ai.usage.input_tokens": 7,
                "gen_ai.usage.output_tokens": 5,
                "gen_ai.input.messages": json.dumps(PARTS_IN),
                "gen_ai.output.messages": json.dumps(PARTS_OUT),
            }
        )
    ),
    "genai events": batch(
        span(
            {**_MODEL, "gen_ai.system": "openai"},
            events=[
                event("gen_ai.user.message", {"content": ASKED}),
                event("gen_ai.choice", {"index": 0, "message": json.dumps(TURN)}),
            ],
        )
    ),
    "genai flat": batch(
        span(
            {
                "llm.request.type": "chat",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": ASKED,
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.content": ANSWER,
                "gen_ai.usage.prompt_tokens": 7,
                "gen_ai.usage.completion_tokens": 5,
            }
        )
    ),
    "details": batch(
        span(
            _MODEL,
            events=[
                event(
                    "gen_ai.client.inference.operation.details",
                    {
                        "gen_ai.input.messages": json.dumps(PARTS_IN),
                        "gen_ai.output.messages": json.dumps(PARTS_OUT),
                    },
                )
            ],
        )
    ),
    "attributes as an object": {
        **span({}),
        "attributes": {
            **_MODEL,
            "gen_ai.input.messages": PARTS_IN,
            "gen_ai.output.messages": PARTS_OUT,
        },
    },
    "openinference": batch(
        span(
            {
                "openinference.span.kind": "LLM",
                "llm.model_name": "gpt-4o",
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": ASKED,
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.content": ANSWER,
                "llm.token_count.prompt": 7,
                "llm.token_count.completion": 5,
            }
        )
    ),
    "openinference values": batch(
        span(
            {
                "openinference.span.kind": "LLM",
                "llm.model_name": "gpt-4o",
                "input.value": json.dumps({"messages": [USER]}),
                "output.value": ANSWER,
            }
        )
    ),
    "traceloop": batch(
        span(
            {
                **_MODEL,
                "traceloop.entity.input": json.dumps({"inputs": {"question": ASKED}}),
                "traceloop.entity.output": json.dumps({"outputs": {"answer": ANSWER}}),
            }
        )
    ),
    "vercel": batch(
        span(
            {
                "ai.operationId": "ai.generateText.doGenerate",
                "ai.model.id": "gpt-4o",
                "ai.prompt.messages": json.dumps(
                    [{"role": "user", "content": [{"type": "text", "text": ASKED}]}]
                ),
                "ai.response.text": ANSWER,
            }
        )
    ),
    "adk": batch(
        span(
            {
                "gen_ai.operation.name": "call_llm",
                "gen_ai.request.model": "gpt-4o",
                "gcp.vertex.agent.llm_request": json.dumps(
                    {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]}
                ),
                "gcp.vertex.agent.llm_response": json.dumps(
                    {"content": {"role": "model", "parts": [{"text": ANSWER}]}}
                ),
            }
        )
    ),
    "console": {
        "name": "chat",
        "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}"},
        "parent_id": None,
        **TIMES,
        "status": {"status_code": "UNSET"},
        "attributes": {
            **_MODEL,
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": ASKED,
            "gen_ai.completion.0.content": ANSWER,
        },
    },
}
"""Spans by whose attributes they bear."""
