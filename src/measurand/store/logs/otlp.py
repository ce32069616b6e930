"""OpenTelemetry's spans and log records as JSON: batches of a collector, or single ones.

What counts as a record is a call of a model, or, where asked for, a root: the whole request of a
user. Other spans are passed over; passages that a span of the same trace and batch retrieved are
the context of the records beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.output import Failure, Usage
from measurand.store.logs.account import Beside, Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, usage_of, words
from measurand.store.logs.remarks import Remark
from measurand.store.logs.span_texts import (
    EVALUATION,
    answer_of,
    asked_of,
    evaluation,
    passages_of,
    remarks_on,
)
from measurand.store.logs.spans import Span, attributes_of, hex_id, span_of

__all__ = ["NO_CALL", "NO_ROOT", "OTLP", "SCORE", "drafts", "is_span", "root_drafts", "units"]

NO_CALL = "a span that is no call of a model"
NO_ROOT = "a span within a request; the root of its trace is the record"
_EMPTY = "a call of a model without its content; the instrumentation was not told to capture it"
_EVENT = "a log record that is no interaction"
SCORE = "a score; it stands with the record that it is about"

_CALLS = frozenset({"chat", "text_completion", "generate_content", "completion", "call_llm"})
_MODELS = frozenset({"LLM", "CHAT_MODEL"})
_TALKS = (
    "gen_ai.conversation.id", "session.id", "langfuse.session.id", "langfuse.trace.session_id",
    "traceloop.association.properties.session_id", "ai.telemetry.metadata.sessionId",
    "mlflow.trace.session", "thread.id", "lk.session_id",
)  # fmt: skip
_SYSTEMS = (
    "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.response.model",
    "ai.model.id", "langfuse.observation.model.name", "llm.request.model",
)  # fmt: skip
_INTO = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
         "ai.usage.promptTokens", "ai.usage.inputTokens", "llm.usage.prompt_tokens")  # fmt: skip
_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
        "llm.token_count.completion", "ai.usage.completionTokens", "ai.usage.outputTokens",
        "llm.usage.completion_tokens")  # fmt: skip
_BATCHES = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs")


def fits(row: Cells) -> bool:
    """A batch, or one span."""
    return any(isinstance(row.get(name), list) for name in _BATCHES) or is_span(row)


def is_span(row: Mapping[str, Any]) -> bool:
    """Whether a row is one span, with its ids and attributes."""
    context = row.get("context")
    ids = "spanId" in row or "span_id" in row or "context.span_id" in row
    if not ids and not (isinstance(context, dict) and ("span_id" in context)):
        return False
    return "attributes" in row or any(name.startswith("attributes.") for name in row)


def units(row: Cells) -> Iterator[tuple[str, Cells]]:
    """The spans and log records of a batch, each with the passages of its trace."""
    spans = list(_spans(row))
    documents: dict[str | None, list[str]] = {}
    read = [(key, span_of(raw), resource) for key, raw, resource in spans]
    for _, span, _ in read:
        if found := passages_of(span):
            documents.setdefault(span.trace, []).extend(found)
    for key, span, resource in read:
        context = tuple(documents.get(span.trace, ()))
        yield key, {"span": span, "resource": resource, "context": context}
    for key, record in _logs(row):
        yield key, {"log": record}


def _spans(row: Cells) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    if is_span(row):
        resource = row.get("resource")
        told = resource.get("attributes") if isinstance(resource, dict) else None
        yield "", row, attributes_of(told)
        return
    for batch in ("resourceSpans", "resource_spans"):
        for a, part in _listed(row.get(batch)):
            told = part.get("resource")
            resource = attributes_of(told.get("attributes") if isinstance(told, dict) else None)
            for scope in ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
                for b, inner in _listed(part.get(scope)):
                    for c, raw in _listed(inner.get("spans")):
                        yield f"{batch}[{a}].{scope}[{b}].spans[{c}]", raw, resource


def _logs(row: Cells) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for batch in ("resourceLogs", "resource_logs"):
        for a, part in _listed(row.get(batch)):
            for scope in ("scopeLogs", "scope_logs"):
                for b, inner in _listed(part.get(scope)):
                    for name in ("logRecords", "log_records"):
                        for c, raw in _listed(inner.get(name)):
                            yield f"{batch}[{a}].{scope}[{b}].{name}[{c}]", raw


def _listed(raw: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for at, one in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(one, dict):
            yield at, one


def remarks(row: Cells) -> Iterator[Remark]:
    """Results of evaluations in log records, by the span that they are about."""
    for _, raw in _logs(row):
        name, cells, target = _event(raw)
        if name == EVALUATION and target:
            yield Remark(target, tuple(evaluation(cells)))


def _event(raw: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], str | None]:
    attributes = attributes_of(raw.get("attributes"))
    name = raw.get("eventName") or raw.get("event_name") or attributes.get("event.name")
    told = attributes.get("gen_ai.response.id")
    target = hex_id(raw.get("spanId") or raw.get("span_id")) or told
    return str(name or ""), attributes, target if isinstance(target, str) else None


def drafts(unit: Cells) -> Iterator[Draft]:
    """The call of a model that a span is."""
    yield _draft(unit, roots=False)


def root_drafts(unit: Cells) -> Iterator[Draft]:
    """The request that a root is."""
    yield _draft(unit, roots=True)


def _draft(unit: Cells, *, roots: bool) -> Draft:
    if "log" in unit:
        name, _, _ = _event(unit["log"])
        raise Beside(SCORE if name == EVALUATION else _EVENT)
    span: Span = unit["span"]
    if roots and span.parent is not None:
        raise Beside(NO_ROOT)
    if not roots and not is_call(span):
        raise Beside(NO_CALL)
    draft = span_draft(span, unit["context"])
    service = unit["resource"].get("service.name")
    return _labelled(draft, service)


def is_call(span: Span) -> bool:
    """Whether a span is a call of a model."""
    operation = span.first("gen_ai.operation.name", "llm.request.type")
    if operation is not None:
        return operation in _CALLS
    if span.kind and span.kind not in {
        "CLIENT",
        "INTERNAL",
        "SPANKIND.CLIENT",
        "SPANKIND.INTERNAL",
    }:
        return span.kind in _MODELS
    told = span.first("mlflow.spanType", "langfuse.observation.type")
    if told is not None:
        return str(told).strip('"').upper() in {*_MODELS, "GENERATION"}
    action = span.first("ai.operationId")
    if action is not None:
        return str(action).endswith((".doGenerate", ".doStream"))
    marks = ("gen_ai.input.messages", "gen_ai.prompt.0.role", "gen_ai.prompt.0.content")
    agents = ("gcp.vertex.agent.llm_request", "llm.input_messages.0.message.role")
    return span.first(*marks, *agents, "gen_ai.request.model", "llm.model_name") is not None


def span_draft(span: Span, context: tuple[str, ...] = ()) -> Draft:
    """What a span holds, as a record.

    Raises:
        Unfit: It holds no conversation.
    """
    messages = asked_of(span)
    if not messages:
        raise Unfit(_EMPTY)
    output, tools = answer_of(span)
    counts = {"input_tokens": span.first(*_INTO), "output_tokens": span.first(*_OUT)}
    failure = None
    if output is None and span.failed:
        kind = span.first("error.type", "exception.type")
        failure = Failure(str(kind or "error")[:60], span.status[:500])
    usage: Usage | None = usage_of(counts)
    response = span.first("gen_ai.response.id")
    return Draft(
        id=span.id,
        names=tuple(name for name in (span.id, span.trace, response) if isinstance(name, str)),
        messages=messages,
        output=output,
        failure=failure,
        start=span.start,
        end=span.end,
        conversation=span.first(*_TALKS) or span.trace,
        system=span.first(*_SYSTEMS),
        segments=words(span.first("tag.tags", "langfuse.trace.tags")),
        context=(*passages_of(span), *context),
        tools=tools,
        feedback=tuple(remarks_on(span)),
        usage=usage,
        metadata={"span": span.name, "trace": span.trace} if span.trace else {"span": span.name},
    )


def _labelled(draft: Draft, service: Any) -> Draft:
    if isinstance(service, str):
        draft.metadata = {**draft.metadata, "service": service}
        draft.system = draft.system or service
    return draft


OTLP = Dialect(
    name="otlp",
    title="spans of OpenTelemetry as JSON",
    marks=frozenset({*_BATCHES, "spanId", "span_id", "context", "context.span_id"}),
    fits=fits,
    drafts=drafts,
    units=units,
    roots=root_drafts,
    remarks=remarks,
)
