"""What a span says: the conversation before it, its answer, its passages and what was said of it.

The names are those of OpenTelemetry's GenAI conventions, new (``gen_ai.input.messages`` with
parts) and old (events, ``gen_ai.prompt.N``), of OpenInference (``llm.input_messages``,
``input.value``), of Traceloop, the AI SDK of Vercel (``ai.*``), Logfire, Google's ADK, LiveKit,
Langfuse and MLflow.

References:
    github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai; github.com/Arize-ai/
    openinference, spec/semantic_conventions.md and spec/annotations.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.example import Message, ToolCall
from measurand.core.record import Feedback
from measurand.store.logs.draft import said
from measurand.store.logs.spans import Span, indexed
from measurand.store.logs.turns import (
    ROLES,
    calls_in,
    conversation,
    decoded,
    is_turn,
    last_answer,
    text_of,
)

__all__ = ["EVALUATION", "answer_of", "asked_of", "evaluation", "passages_of", "remarks_on"]

EVALUATION = "gen_ai.evaluation.result"
_DETAILS = "gen_ai.client.inference.operation.details"
_TOLD = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool")}
_ASKED = (
    "gen_ai.input.messages", "ai.prompt.messages", "ai.prompt", "pydantic_ai.all_messages",
    "all_messages_events", "gcp.vertex.agent.llm_request", "langfuse.observation.input",
    "gen_ai.prompt", "lk.user_input", "mlflow.spanInputs", "traceloop.entity.input", "input.value",
    "langfuse.trace.input",
)  # fmt: skip
_ANSWERED = (
    "gen_ai.output.messages", "ai.response.text", "ai.result.text", "ai.response.object",
    "pydantic_ai.all_messages", "all_messages_events", "final_result",
    "gcp.vertex.agent.llm_response", "langfuse.observation.output", "gen_ai.completion",
    "lk.response.text", "mlflow.spanOutputs", "traceloop.entity.output", "output.value",
    "langfuse.trace.output",
)  # fmt: skip
_BOTH = frozenset({"pydantic_ai.all_messages", "all_messages_events"})
"""Attributes whose last message is the answer."""


def asked_of(span: Span) -> tuple[Message, ...]:
    """The conversation up to the answer; empty where the span has none.

    Raises:
        Unfit: A turn in it cannot be read.
    """
    found = _numbered(span) or _of_events(span) or _of_attributes(span)
    told = span.first("gen_ai.system_instructions", "gen_ai.request.instructions")
    instructions = text_of(decoded(told))
    if instructions.strip() and found and found[0].role != "system":
        return (Message("system", instructions), *found)
    return found


def _numbered(span: Span) -> tuple[Message, ...]:
    for prefix in ("llm.input_messages", "gen_ai.prompt"):
        entries = indexed(span.attributes, prefix)
        turns = [entry.get("message", entry) for entry in entries]
        if turns and all(is_turn(turn) or "role" in turn for turn in turns):
            return conversation([{"content": "", **turn} for turn in turns], prefix)
    return ()


def _of_events(span: Span) -> tuple[Message, ...]:
    turns: list[dict[str, Any]] = []
    for name, cells in span.events:
        if name in _TOLD:
            body = decoded(cells.get("body") or cells.get("gen_ai.event.content"))
            inner = body if isinstance(body, dict) else cells
            turns.append({"role": _TOLD[name], "content": decoded(inner.get("content"))})
        elif name == "gen_ai.content.prompt":
            return conversation(cells.get("gen_ai.prompt"), name)
        elif name == _DETAILS and cells.get("gen_ai.input.messages") is not None:
            return conversation(cells["gen_ai.input.messages"], name)
    return conversation(turns, "events") if turns else ()


def _of_attributes(span: Span) -> tuple[Message, ...]:
    for name in _ASKED:
        value = span.attributes.get(name)
        if value in (None, ""):
            continue
        inner = decoded(value)
        if name == "ai.prompt" and isinstance(inner, dict):
            inner = _with_system(inner)
        if name == "gcp.vertex.agent.llm_request" and isinstance(inner, dict):
            config = inner.get("config")
            told = config.get("system_instruction") if isinstance(config, dict) else None
            inner = _with_system({"messages": inner.get("contents"), "system": told})
        messages = conversation(inner, name)
        if name in _BOTH and messages and messages[-1].role == "assistant":
            messages = messages[:-1]
        if messages:
            return messages
    return ()


def _with_system(told: Mapping[str, Any]) -> Any:
    turns = told.get("messages") or told.get("prompt")
    listed = turns if isinstance(turns, list) else [{"role": "user", "content": turns}]
    system = told.get("system")
    return [{"role": "system", "content": system}, *listed] if system else listed


def answer_of(span: Span) -> tuple[str | None, tuple[ToolCall, ...]]:
    """What the span answered, and the tools that it called; None where it has no answer."""
    for prefix in ("llm.output_messages", "gen_ai.completion"):
        if entries := indexed(span.attributes, prefix):
            turn = entries[-1].get("message", entries[-1])
            return text_of(turn.get("content", turn.get("contents"))), calls_in(_calling(turn))
    told = _chosen(span)
    if told is not None:
        return told
    for name in _ANSWERED:
        value = span.attributes.get(name)
        if value in (None, ""):
            continue
        inner = decoded(value)
        if name in _BOTH and not _answered(inner):
            continue
        text, calls = last_answer(inner)
        return text, calls or _of_sdk(span)
    calls = _of_sdk(span)
    return ("", calls) if calls else (None, ())


def _answered(turns: Any) -> bool:
    last = turns[-1] if isinstance(turns, list) and turns else None
    return isinstance(last, dict) and ROLES.get(str(last.get("role"))) == "assistant"


def _chosen(span: Span) -> tuple[str | None, tuple[ToolCall, ...]] | None:
    for name, cells in span.events:
        if name == "gen_ai.choice":
            body = decoded(cells.get("body") or cells.get("gen_ai.event.content"))
            inner = body if isinstance(body, dict) else cells
            message = decoded(inner.get("message", inner.get("content")))
            turn = message if isinstance(message, dict) else {"content": message}
            return text_of(decoded(turn.get("content"))), calls_in({**inner, **turn})
        if name == "gen_ai.content.completion":
            return last_answer(cells.get("gen_ai.completion"))
        if name == _DETAILS and cells.get("gen_ai.output.messages") is not None:
            return last_answer(cells["gen_ai.output.messages"])
    return None


def _of_sdk(span: Span) -> tuple[ToolCall, ...]:
    calls = decoded(span.attributes.get("ai.response.toolCalls"))
    return calls_in({"tool_calls": calls}) if isinstance(calls, list) else ()


def _calling(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenInference has ``tool_call`` around each call."""
    calls = turn.get("tool_calls")
    return {"tool_calls": calls} if isinstance(calls, list) else {}


def passages_of(span: Span) -> tuple[str, ...]:
    """The passages that a span retrieved."""
    found = indexed(span.attributes, "retrieval.documents")
    texts = (text_of(entry.get("document", entry)) for entry in found)
    return tuple(text for text in texts if text.strip())


def remarks_on(span: Span) -> Iterator[Feedback]:
    """What was said of a span, in its own events and attributes."""
    for name, cells in span.events:
        if name == EVALUATION:
            yield from evaluation(cells)
    for prefix in ("annotations", "evaluations"):
        for entry in indexed(span.attributes, prefix):
            told = entry.get(prefix.removesuffix("s"), entry)
            if isinstance(told, dict):
                yield from said("", told, kind="judge" if prefix == "evaluations" else "people")


def evaluation(cells: Mapping[str, Any]) -> Iterator[Feedback]:
    """The result of an evaluation, as GenAI's event of that name has it."""
    name = cells.get("gen_ai.evaluation.name")
    score, label = (cells.get(f"gen_ai.evaluation.score.{part}") for part in ("value", "label"))
    comment = cells.get("gen_ai.evaluation.explanation")
    value = label if score is None else score
    if isinstance(name, str) and value is not None:
        yield from said(name, value, kind="judge", comment=str(comment or ""))
