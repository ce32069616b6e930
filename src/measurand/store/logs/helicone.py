"""Requests as Helicone exports them: JSON, JSON Lines or CSV.

References:
    github.com/Helicone/helicone, examples/export/typescript (fields of a row, columns of CSV) and
    docs.helicone.ai/rest/request/post-v1requestquery-clickhouse. Its CSV has no ``response_body``,
    so rows of it are questions without answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, number, said, usage_of
from measurand.store.logs.openai import answer_in, asked_in
from measurand.store.logs.turns import decoded

__all__ = ["HELICONE"]

_SESSION = ("Helicone-Session-Id", "helicone-session-id", "sessionId")


def fits(row: Cells) -> bool:
    """A request's body, and when it was made."""
    return "request_body" in row and ("request_created_at" in row or "response_id" in row)


def drafts(row: Cells) -> Iterator[Draft]:
    """The one request of a row."""
    request = _object(row.get("request_body"))
    body = _object(row.get("response_body"))
    output, tools, failure = answer_in(body) if body else (None, (), None)
    properties = _object(row.get("request_properties") or row.get("properties"))
    delay = number(row.get("delay_ms"))
    counts = {
        "prompt_tokens": row.get("prompt_tokens"),
        "completion_tokens": row.get("completion_tokens"),
    }
    yield Draft(
        id=row.get("request_id") or row.get("response_id"),
        messages=asked_in(request),
        output=output,
        failure=failure,
        start=row.get("request_created_at"),
        end=row.get("response_created_at"),
        seconds=None if delay is None else delay / 1000,
        conversation=next((properties[name] for name in _SESSION if properties.get(name)), None),
        system=row.get("response_model")
        or row.get("request_model")
        or row.get("model")
        or request.get("model"),
        segments=tuple(
            f"{name}={value}"[:200]
            for name, value in properties.items()
            if isinstance(value, str) and not name.lower().startswith("helicone") and value
        ),
        tools=tools,
        feedback=(*said("rating", row.get("feedback_rating")), *_scores(row.get("scores"))),
        usage=usage_of(body.get("usage")) or usage_of(counts),
    )


def _scores(raw: Any) -> Iterator[Any]:
    for name, told in _object(raw).items():
        value = told.get("value") if isinstance(told, dict) else told
        yield from said(str(name), value)


def _object(raw: Any) -> Mapping[str, Any]:
    told = decoded(raw)
    return told if isinstance(told, dict) else {}


HELICONE = Dialect(
    name="helicone",
    title="requests of Helicone",
    marks=frozenset({"request_body"}),
    fits=fits,
    drafts=drafts,
)
