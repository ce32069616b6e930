"""One interaction in every dialect: the same question, answer and time, as each tool writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.store.logs.span_samples import (
    ANSWER,
    ASKED,
    AT,
    CHAT,
    NANO,
    SPAN,
    SPANS,
    TIMES,
    TRACE,
    TURN,
    USER,
)

from measurand.core.record import Record
from measurand.store.logs.account import LogAccount
from measurand.store.logs.reading import LogReading, gather, read_log
from measurand.store.logs.remarks import Remarks

_LC = ["langchain", "schema", "messages"]


def lc(kind: str, text: str) -> dict[str, Any]:
    """A message as LangChain writes it down."""
    kwargs = {"content": text, "type": "human"}
    return {"lc": 1, "type": "constructor", "id": [*_LC, kind], "kwargs": kwargs}


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
            **TIMES,
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
            **TIMES,
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
