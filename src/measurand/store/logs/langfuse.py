"""Traces, observations and scores as Langfuse exports them, in camel and in snake case.

A row is a trace (its whole request), an observation (of which the generations are calls of a model)
or a score. A trace that carries its observations takes from them what it lacks.

References:
    github.com/langfuse/langfuse-docs, content/docs/api-and-data-platform/features/
    blob-storage-export-fields.mdx (enriched observations, scores, legacy traces); the public
    interface's ``GET /api/public/traces/{id}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.output import Failure
from measurand.store.logs.account import Beside, Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said, usage_of, words
from measurand.store.logs.otlp import NO_CALL, NO_ROOT, SCORE
from measurand.store.logs.remarks import Remark
from measurand.store.logs.turns import conversation, decoded, last_answer, text_of

__all__ = ["LANGFUSE"]

_TYPES = frozenset(
    {
        *("SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR"),
        *("EMBEDDING", "GUARDRAIL"),
    }
)
_MARKS = (
    "bookmarked", "htmlPath", "project_id", "projectId", "release", "trace_name", "traceName",
    "parent_observation_id", "parentObservationId",
)  # fmt: skip


def fits(row: Cells) -> bool:
    """A score, an observation, or a trace."""
    if _is_score(row) or _is_observation(row):
        return True
    return "input" in row and any(name in row for name in _MARKS)


def _is_score(row: Cells) -> bool:
    return "name" in row and "value" in row and bool(_get(row, "dataType")) and "input" not in row


def _is_observation(row: Cells) -> bool:
    return _get(row, "traceId") is not None and row.get("type") in _TYPES


def drafts(row: Cells) -> Iterator[Draft]:
    """A trace, or the generation that an observation is."""
    yield _draft(row, roots=False)


def root_drafts(row: Cells) -> Iterator[Draft]:
    """A trace, or an observation that is its root."""
    yield _draft(row, roots=True)


def _draft(row: Cells, *, roots: bool) -> Draft:
    if _is_score(row):
        raise Beside(SCORE)
    if not _is_observation(row):
        return _trace(row)
    if roots and _get(row, "parentObservationId"):
        raise Beside(NO_ROOT)
    if not roots and row["type"] != "GENERATION":
        raise Beside(NO_CALL)
    return _observation(row)


def _observation(row: Cells) -> Draft:
    output, tools = last_answer(row.get("output") or None)
    problem = row.get("level") == "ERROR" or None
    told = _get(row, "statusMessage")
    trace = _get(row, "traceId")
    usage = decoded(_get(row, "usageDetails") or row.get("usage"))
    return Draft(
        id=row.get("id"),
        names=tuple(name for name in (row.get("id"), trace) if isinstance(name, str)),
        messages=_asked(row),
        output=output,
        failure=Failure("error", text_of(told)[:500]) if output is None and problem else None,
        start=_get(row, "startTime"),
        end=_get(row, "endTime"),
        conversation=_get(row, "sessionId") or trace,
        system=_get(row, "providedModelName") or row.get("model") or row.get("name"),
        segments=words(decoded(row.get("tags"))),
        tools=tools,
        usage=usage_of(usage),
        metadata=_metadata(row),
    )


def _trace(row: Cells) -> Draft:
    inner = decoded(row.get("observations"))
    parts = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
    calls = [one for one in parts if one.get("type") == "GENERATION"]
    last: Cells = calls[-1] if calls else {}
    asked = row if row.get("input") not in (None, "") else (calls[0] if calls else row)
    output, tools = last_answer(row.get("output") or last.get("output") or None)
    feedback = _scores(row)
    return Draft(
        id=row.get("id"),
        names=tuple(name for name in (row.get("id"),) if isinstance(name, str)),
        messages=_asked(asked),
        output=output,
        start=row.get("timestamp") or _get(row, "startTime"),
        seconds=row.get("latency"),
        conversation=_get(row, "sessionId") or row.get("id"),
        system=_get(last, "providedModelName") or last.get("model") or row.get("name"),
        segments=words(decoded(row.get("tags"))),
        context=tuple(
            text_of(decoded(one.get("output"))) for one in parts if one.get("type") == "RETRIEVER"
        ),
        tools=tools,
        feedback=tuple(feedback),
        metadata=_metadata(row),
    )


def _asked(row: Cells) -> Any:
    messages = conversation(row.get("input"), "input")
    if not messages:
        raise Unfit("the input is empty, so there is no question")
    return messages


def _scores(row: Cells) -> Iterator[Any]:
    told = decoded(row.get("scores"))
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict):
            yield from _score(one)
    if isinstance(told, dict):
        yield from said("", told)


def _score(row: Mapping[str, Any]) -> Iterator[Any]:
    label = _get(row, "stringValue")
    named = _get(row, "dataType") in {"CATEGORICAL", "TEXT"} and label
    yield from said(
        str(row.get("name") or "score"),
        {
            "value": label if named else row.get("value"),
            "source": row.get("source"),
            "comment": row.get("comment"),
        },
    )


def _metadata(row: Cells) -> dict[str, Any]:
    told = decoded(row.get("metadata"))
    kept = {
        name: row[name] for name in ("name", "environment", "release", "version") if row.get(name)
    }
    return {**kept, **(told if isinstance(told, dict) else {})}


def remarks(row: Cells) -> Iterator[Remark]:
    """What a score says of its observation, or of its trace."""
    if _is_score(row):
        target = _get(row, "observationId") or _get(row, "traceId")
        if isinstance(target, str):
            yield Remark(target, tuple(_score(row)))


def _get(row: Mapping[str, Any], camel: str) -> Any:
    """A field under its name in camel case, or in snake case."""
    if row.get(camel) not in (None, ""):
        return row[camel]
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in camel)
    value = row.get(snake)
    return None if value == "" else value


LANGFUSE = Dialect(
    name="langfuse",
    title="traces, observations and scores of Langfuse",
    marks=frozenset({*_MARKS, "traceId", "trace_id", "dataType", "data_type"}),
    fits=fits,
    drafts=drafts,
    roots=root_drafts,
    remarks=remarks,
)
