"""One interaction in every dialect: the same question, answer and time, as each tool writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measurand.core.record import Record
from measurand.store.logs.account import LogAccount
from measurand.store.logs.reading import LogReading, gather, read_log
from measurand.store.logs.remarks import Remarks

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
_LC = ["langchain", "schema", "messages"]


def lc(kind: str, text: str) -> dict[str, Any]:
    """A message as LangChain writes it down."""
    kwargs = {"content": text, "type": "human"}
    return {"lc": 1, "type": "constructor", "id": [*_LC, kind], "kwargs": kwargs}


_TIMES = {"start_time": "2026-03-01T10:00:00.000Z", "end_time": "2026-03-01T10:00:01.500Z"}

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
        **_TIMES,
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

ROWS: Mapping[str, tuple[str, Any]] = {
    **{name: ("otlp", row) for name, row in SPANS.items()},
    "phoenix": (
        "phoenix",
        {
            "id": "U3Bh",
            "name": "ChatCompletion",
            "context": {"trace_id": TRACE, "span_id": SPAN},
            "span_kind": "LLM",
            "parent_id": None,
            **_TIMES,
            "status_code": "OK",
            "attributes": {
                "llm.model_name": "gpt-4o",
                "llm.input_messages": [{"message.role": "user", "message.content": ASKED}],
                "llm.output_messages": [{"message": TURN}],
            },
            "events": [],
        },
    ),
    "phoenix table": (
        "phoenix",
        {
            "context.span_id": SPAN,
            "context.trace_id": TRACE,
            "span_kind": "LLM",
            "parent_id": None,
            **_TIMES,
            "attributes.llm.model_name": "gpt-4o",
            "attributes.llm.input_messages": json.dumps([{"message": USER}]),
            "attributes.output.value": ANSWER,
        },
    ),
    "langfuse observation": (
        "langfuse",
        {
            "id": SPAN,
            "trace_id": TRACE,
            "project_id": "p",
            "type": "GENERATION",
            "parent_observation_id": "",
            "start_time": "2026-03-01 10:00:00.000000",
            "end_time": "2026-03-01 10:00:01.500000",
            "input": json.dumps([USER]),
            "output": json.dumps(TURN),
            "provided_model_name": "gpt-4o",
            "usage_details": {"input": 7, "output": 5},
            "tags": [],
        },
    ),
    "langfuse trace": (
        "langfuse",
        {
            "id": TRACE,
            "projectId": "p",
            "timestamp": "2026-03-01T10:00:00.000Z",
            "input": {"question": ASKED},
            "output": {"answer": ANSWER},
            "latency": 1.5,
            "observations": [{"type": "GENERATION", "model": "gpt-4o", "input": "x"}],
            "scores": [],
        },
    ),
    "langsmith": (
        "langsmith",
        {
            "id": SPAN,
            "name": "ChatOpenAI",
            "run_type": "llm",
            "start_time": "2026-03-01T10:00:00",
            "end_time": "2026-03-01T10:00:01.500000",
            "trace_id": TRACE,
            "parent_run_id": "r",
            "inputs": {"messages": [[lc("HumanMessage", ASKED)]]},
            "outputs": {"generations": [[{"message": lc("AIMessage", ANSWER)}]]},
            "extra": {"metadata": {"ls_model_name": "gpt-4o"}},
            "prompt_tokens": 7,
            "completion_tokens": 5,
        },
    ),
    "mlflow": (
        "mlflow",
        {
            "info": {
                "trace_id": TRACE,
                "request_time": "2026-03-01T10:00:00Z",
                "execution_duration_ms": 1500,
                "state": "OK",
                "trace_metadata": {},
                "tags": {},
            },
            "data": {
                "spans": [
                    {
                        "span_id": "AAAAAAAAAAE=",
                        "parent_span_id": "",
                        "attributes": {
                            "mlflow.spanInputs": json.dumps({"messages": [USER]}),
                            "mlflow.spanOutputs": json.dumps(CHAT),
                            "gen_ai.request.model": "gpt-4o",
                        },
                    }
                ]
            },
        },
    ),
    "mlflow table": (
        "mlflow",
        {
            "request_id": TRACE,
            "timestamp_ms": NANO // 10**6,
            "execution_time_ms": 1500,
            "status": "OK",
            "request": json.dumps({"question": ASKED}),
            "response": json.dumps(ANSWER),
            "request_metadata": {"mlflow.modelId": "gpt-4o"},
            "spans": [],
        },
    ),
    "helicone": (
        "helicone",
        {
            "request_id": SPAN,
            "request_created_at": "2026-03-01T10:00:00Z",
            "request_body": {"model": "gpt-4o", "messages": [USER]},
            "response_body": CHAT,
            "delay_ms": 1500,
            "request_properties": {},
        },
    ),
    "chat": (
        "openai",
        {
            "request": {"model": "gpt-4o", "messages": [USER]},
            "response": CHAT,
            "latency_ms": 1500,
        },
    ),
    "body in body": (
        "openai",
        {
            "request": {"method": "POST", "body": {"model": "gpt-4o", "messages": [USER]}},
            "response": {"status_code": 200, "body": json.dumps(CHAT)},
            "seconds": 1.5,
        },
    ),
    "responses": (
        "openai",
        {
            "request": {"model": "gpt-4o", "input": ASKED},
            "response": {
                "object": "response",
                "model": "gpt-4o",
                "created_at": 1_772_359_200,
                "output": [
                    {"type": "reasoning", "summary": []},
                    {"type": "message", "content": [{"type": "output_text", "text": ANSWER}]},
                ],
                "usage": {"input_tokens": 7, "output_tokens": 5},
            },
            "seconds": 1.5,
        },
    ),
    "one row": ("openai", {**CHAT, "messages": [USER], "latency_ms": 1500}),
    "anthropic": (
        "openai",
        {
            "request": {"model": "gpt-4o", "messages": [USER]},
            "response": {
                "type": "message",
                "model": "gpt-4o",
                "content": [{"type": "text", "text": ANSWER}],
            },
            "start_time": "2026-03-01T10:00:00Z",
            "end_time": "2026-03-01T10:00:01.5Z",
        },
    ),
    "transcript": (
        "transcript",
        {"model": "gpt-4o", "timestamp": AT, "turns": [{"speaker": "Customer", "text": ASKED},
         {"speaker": "Agent", "text": ANSWER}]},
    ),
    "sharegpt": (
        "transcript",
        {
            "model": "gpt-4o",
            "timestamp": AT,
            "conversations": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": ANSWER}],
        },
    ),
    "rows": (
        "rows",
        {"question": ASKED, "answer": ANSWER, "model": "gpt-4o", "timestamp": NANO // 10**3,
         "duration_ms": 1500},
    ),
    "messages": (
        "rows",
        {"messages": [USER], "output": ANSWER, "model": "gpt-4o", "ts": str(NANO // 10**9),
         "seconds": 1.5},
    ),
}  # fmt: skip
"""A row in each dialect, with the dialect's name."""


def written(path: Path, *rows: Any) -> Path:
    """A file of rows, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, how: LogReading | None = None) -> tuple[list[Record], LogAccount]:
    """Records of a file, with what stands apart from them, and the account."""
    account, remarks = LogAccount(), Remarks()
    gather(path, remarks, how=how)
    records = list(read_log(path, account, how=how, remarks=remarks))
    assert account.read == account.kept + account.passed + account.refused
    assert account.records == len(records)
    return records, account
