"""Traces of MLflow: as JSON (``info`` and ``data``), and as rows of ``search_traces``.

A trace is one request, whatever calls of models it took. Its question and answer are those of its
root span, or the trace's own.

References:
    github.com/mlflow/mlflow, mlflow/entities/trace.py and trace_info.py (versions 2 and 3), and
    docs, "Trace Data Structure".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from measurand.core.output import Failure
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, number, said, words
from measurand.store.logs.span_texts import answer_of, asked_of, passages_of
from measurand.store.logs.spans import Span, span_of
from measurand.store.logs.turns import conversation, decoded, last_answer, text_of

__all__ = ["MLFLOW"]

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")
_KINDS = {"HUMAN": "people", "LLM_JUDGE": "judge", "AI_JUDGE": "judge", "CODE": "check"}


def fits(row: Cells) -> bool:
    """A trace, whole or as a row of a table."""
    if "info" in row and "data" in row:
        return True
    timed = "execution_duration" in row or "execution_time_ms" in row or "trace_metadata" in row
    return "request" in row and "response" in row and timed


def drafts(row: Cells) -> Iterator[Draft]:
    """The request that a trace is."""
    told, held = decoded(row.get("info")), decoded(row.get("data"))
    info: Cells = told if isinstance(told, dict) else row
    data: Cells = held if isinstance(held, dict) else row
    spans = [span_of(one) for one in _list(data.get("spans")) if isinstance(one, dict)]
    root = next((span for span in spans if span.parent is None), None)
    messages = _asked(info, data, root)
    output, tools = _answered(info, data, root)
    meta = _texts(info.get("trace_metadata") or info.get("request_metadata"))
    state = str(info.get("state") or info.get("status") or "")
    trace = info.get("trace_id") or info.get("request_id")
    yield Draft(
        id=trace,
        messages=messages,
        output=output,
        failure=Failure("error", root.status[:500] if root else "")
        if output is None and state.endswith("ERROR")
        else None,
        start=info.get("request_time") or info.get("timestamp_ms"),
        seconds=_seconds(info),
        conversation=meta.get("mlflow.trace.session") or trace,
        system=meta.get("mlflow.modelId") or next(filter(None, map(_model, spans)), None),
        segments=words({k: v for k, v in _texts(info.get("tags")).items() if "mlflow." not in k}),
        context=tuple(text for span in spans for text in _passages(span)),
        tools=tools,
        feedback=tuple(_assessments(info.get("assessments"))),
        metadata={k: v for k, v in meta.items() if not k.startswith("mlflow.trace")},
    )


def _asked(info: Cells, data: Cells, root: Span | None) -> Any:
    if root is not None and (messages := asked_of(root)):
        return messages
    return conversation(_json(data.get("request") or info.get("request_preview")), "request")


def _answered(info: Cells, data: Cells, root: Span | None) -> Any:
    if root is not None:
        output, tools = answer_of(root)
        if output is not None:
            return output, tools
    return last_answer(_json(data.get("response") or info.get("response_preview")))


def _json(raw: Any) -> Any:
    """What a trace's own question or answer holds: it is JSON, also of a plain text."""
    if isinstance(raw, str) and raw.startswith('"'):
        try:
            return json.loads(raw)
        except ValueError:
            return raw
    return raw


def _model(span: Span) -> Any:
    told = decoded(span.first("mlflow.llm.model", "mlflow.chat.model", "gen_ai.request.model"))
    return told.strip('"') if isinstance(told, str) else None


def _passages(span: Span) -> Iterator[str]:
    yield from passages_of(span)
    if str(span.first("mlflow.spanType") or "").strip('"') == "RETRIEVER":
        for one in _list(span.attributes.get("mlflow.spanOutputs")):
            told = one.get("page_content", one) if isinstance(one, dict) else one
            yield text_of(told)


def _seconds(info: Cells) -> float | None:
    for name in ("execution_time_ms", "execution_duration_ms", "execution_duration"):
        told = info.get(name)
        if isinstance(told, str) and (match := _SECONDS.fullmatch(told)):
            return float(match[1])
        if (value := number(told)) is not None:
            return value / 1000
    return None


def _texts(raw: Any) -> dict[str, Any]:
    """Tags and metadata, as an object or as a list of keys and values."""
    told = decoded(raw)
    if isinstance(told, list):
        pairs = [one for one in told if isinstance(one, dict)]
        return {str(one.get("key")): one.get("value") for one in pairs}
    return dict(told) if isinstance(told, dict) else {}


def _assessments(raw: Any) -> Iterator[Any]:
    for one in _list(raw):
        if not isinstance(one, dict):
            continue
        told = one.get("feedback")
        value = told.get("value") if isinstance(told, dict) else told
        source = one.get("source")
        kind = _KINDS.get(str(source.get("source_type") if isinstance(source, dict) else ""))
        name = str(one.get("assessment_name") or one.get("name") or "assessment")
        why = one.get("rationale")
        comment = why if isinstance(why, str) else ""
        if kind == "judge":
            yield from said(name, value, kind="judge", comment=comment)
        elif kind == "check":
            yield from said(name, value, kind="check", comment=comment)
        else:
            yield from said(name, value, comment=comment)


def _list(raw: Any) -> list[Any]:
    told = decoded(raw)
    return told if isinstance(told, list) else []


MLFLOW = Dialect(
    name="mlflow",
    title="traces of MLflow",
    marks=frozenset({"info", "request"}),
    fits=fits,
    drafts=drafts,
)
