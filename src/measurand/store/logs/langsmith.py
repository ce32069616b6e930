"""Runs and feedback as LangSmith exports them.

Runs of type ``llm`` are calls of a model; a run without a parent is a whole request. Runs may hold
those that they started, as ``child_runs``.

References:
    docs.langchain.com/langsmith/run-data-format; github.com/langchain-ai/langsmith-sdk,
    python/langsmith/schemas.py (Run, Feedback). ``session_id`` is the project there; threads are
    told in the metadata: docs.langchain.com/langsmith/threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.core.output import Failure
from measurand.store.logs.account import Beside
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said, usage_of, words
from measurand.store.logs.otlp import NO_CALL, NO_ROOT, SCORE
from measurand.store.logs.remarks import Remark
from measurand.store.logs.turns import conversation, decoded, last_answer, text_of

__all__ = ["LANGSMITH"]

_THREADS = ("session_id", "thread_id", "conversation_id")


def fits(row: Cells) -> bool:
    """A run, or a feedback."""
    return ("run_type" in row and "inputs" in row) or _is_feedback(row)


def _is_feedback(row: Cells) -> bool:
    return "run_id" in row and "key" in row and ("score" in row or "value" in row)


def units(row: Cells) -> Iterator[tuple[str, Cells]]:
    """The run and those that it started."""
    waiting = [("", row)]
    while waiting:
        key, run = waiting.pop()
        yield key, run
        inner = decoded(run.get("child_runs"))
        for at, one in reversed(list(enumerate(inner if isinstance(inner, list) else ()))):
            if isinstance(one, dict):
                waiting.append((f"{key}.child_runs[{at}]".lstrip("."), one))


def drafts(row: Cells) -> Iterator[Draft]:
    """The call of a model that a run is."""
    yield _draft(row, roots=False)


def root_drafts(row: Cells) -> Iterator[Draft]:
    """The request that a run without a parent is."""
    yield _draft(row, roots=True)


def _draft(row: Cells, *, roots: bool) -> Draft:
    if _is_feedback(row) and "run_type" not in row:
        raise Beside(SCORE)
    if roots and row.get("parent_run_id"):
        raise Beside(NO_ROOT)
    if not roots and row.get("run_type") != "llm":
        raise Beside(NO_CALL)
    extra = decoded(row.get("extra"))
    extra = extra if isinstance(extra, dict) else {}
    told = decoded(extra.get("metadata"))
    metadata = dict(told) if isinstance(told, dict) else {}
    output, tools = last_answer(_outputs(decoded(row.get("outputs"))))
    error, trace = row.get("error"), row.get("trace_id")
    counts = {
        "input_tokens": row.get("prompt_tokens"),
        "output_tokens": row.get("completion_tokens"),
    }
    thread = next((metadata[name] for name in _THREADS if metadata.get(name)), None)
    return Draft(
        id=row.get("id"),
        names=tuple(name for name in (row.get("id"), trace) if isinstance(name, str)),
        messages=conversation(_inputs(decoded(row.get("inputs"))), "inputs"),
        output=output,
        failure=Failure("error", text_of(error)[:500]) if output is None and error else None,
        start=row.get("start_time"),
        end=row.get("end_time"),
        conversation=thread or trace,
        system=_model(extra, metadata) or row.get("name"),
        segments=words(decoded(row.get("tags"))),
        tools=tools,
        feedback=tuple(_stats(decoded(row.get("feedback_stats")))),
        usage=usage_of(counts),
        metadata={"run": row.get("name"), **metadata},
    )


def _inputs(raw: Any) -> Any:
    prompts = raw.get("prompts") if isinstance(raw, dict) else None
    return prompts[0] if isinstance(prompts, list) and prompts else raw


def _outputs(raw: Any) -> Any:
    """The first of the generations, or of the choices."""
    if not isinstance(raw, dict):
        return raw
    choices = raw.get("choices") or raw.get("generations")
    while isinstance(choices, list) and choices:
        choices = choices[0]
    if isinstance(choices, dict):
        return choices.get("message") or choices.get("text")
    return raw


def _model(extra: Mapping[str, Any], metadata: Mapping[str, Any]) -> Any:
    asked = extra.get("invocation_params")
    asked = asked if isinstance(asked, dict) else {}
    return metadata.get("ls_model_name") or asked.get("model") or asked.get("model_name")


def _stats(raw: Any) -> Iterator[Any]:
    for name, told in raw.items() if isinstance(raw, dict) else ():
        if isinstance(told, dict):
            yield from said(str(name), told.get("avg"))


def remarks(row: Cells) -> Iterator[Remark]:
    """What a feedback says of its run."""
    if _is_feedback(row) and isinstance(row["run_id"], str):
        value = row.get("score") if row.get("score") is not None else row.get("value")
        source = row.get("feedback_source")
        told = source.get("type") if isinstance(source, dict) else source
        kind = "judge" if told == "model" else "people"
        comment = row.get("comment")
        text = comment if isinstance(comment, str) else ""
        yield Remark(
            row["run_id"],
            tuple(
                said(
                    str(row["key"]),
                    value,
                    kind="judge" if kind == "judge" else "people",
                    comment=text,
                )
            ),
        )


LANGSMITH = Dialect(
    name="langsmith",
    title="runs and feedback of LangSmith",
    marks=frozenset({"run_type", "run_id"}),
    fits=fits,
    drafts=drafts,
    units=units,
    roots=root_drafts,
    remarks=remarks,
)
