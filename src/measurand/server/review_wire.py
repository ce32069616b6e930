"""What a browser is told of examples under review, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.core.people import Role
from measurand.core.review import ACTS, Wish
from measurand.core.sound import sound
from measurand.errors import UsageError
from measurand.figures.text import visible
from measurand.jobs.reviewing.editing import document_of
from measurand.jobs.reviewing.telling import Progress
from measurand.jobs.reviewing.views import Row, Shown
from measurand.server.prose import prose

__all__ = ["example_document", "progress_part", "read_wish", "row_document"]

_MOST_ID = 500
_MOST_REASON = 2_000


def row_document(row: Row, role: Role) -> dict[str, Any]:
    """One example in the list; an expert is told no more than that it is there."""
    told = {"id": row.id, "question": visible(row.question), "component": row.component}
    if role == "expert":
        return told
    return told | {
        "accepted": visible(row.accepted_by),
        "edited": row.edited,
        "unanswered": row.unanswered,
        "cannot": row.cannot,
        "reasons": list(map(visible, row.reasons)),
        "rule": visible(row.rule),
        "tags": list(map(visible, row.tags)),
        "concerns": list(row.concerns),
    }


def example_document(one: Shown, role: Role) -> dict[str, Any]:
    """All that a browser is told of an example.

    An expert sees the question and the context alone: who has read other answers gives no answer of
    one's own.
    """
    example = one.example
    told = {
        "id": example.id,
        "seen": example.fingerprint,
        "row": row_document(one.row, role),
        "messages": [
            {"role": visible(message.role), **_prose(message.content)}
            for message in example.messages
        ],
        "context": [_prose(text) for text in example.context],
    }
    if role == "expert":
        return told
    return told | {
        "references": [_prose(text) for text in example.references],
        "checklist": [
            {
                "name": visible(one.name),
                "any_of": list(map(visible, one.any_of)),
                "regex": one.regex,
            }
            for one in example.checklist
        ],
        "notes": [[visible(name), visible(text)] for name, text in example.notes.items()],
        "facts": [[name, visible(text)] for name, text in one.facts],
        "output": _prose(one.output) if one.output else None,
        "failure": visible(one.failure),
        "cannot": visible(one.cannot),
        "concerns": list(map(visible, one.concerns)),
        "neighbours": [[name, visible(text)] for name, text in one.neighbours],
        "sampled": example.component == "core" and example.probability is not None,
        "moves": list(one.moves),
        "fields": document_of(example),
    }


def _prose(text: str) -> dict[str, Any]:
    made = prose(text)
    return {"plain": made.plain, "tree": made.tree}


def progress_part(progress: Progress) -> dict[str, Any]:
    """How far the review is."""
    return {
        "parts": [
            {
                "name": part.name,
                "total": part.total,
                "accepted": part.accepted,
                "unanswered": part.unanswered,
            }
            for part in progress.parts
        ],
        "total": progress.total,
        "accepted": progress.accepted,
        "unwritten": progress.unwritten,
        "left": [
            f"{one.act} {visible(one.example)}, by {visible(one.by)}: {visible(why)}"
            for one, why in progress.left
        ],
    }


def read_wish(body: Mapping[str, Any]) -> Wish:
    """What a person decides, as the browser tells it.

    Raises:
        UsageError: A part of it is not what it should be; the message says which.
    """
    act = next((one for one in ACTS if one == body.get("act") and one != "undo"), None)
    if act is None:
        raise UsageError(f"act: one of {', '.join(one for one in ACTS if one != 'undo')}")
    content = body.get("content", {})
    if not isinstance(content, dict):
        raise UsageError("content: an object")
    return Wish(
        act=act,
        example=_word(body, "example", _MOST_ID),
        seen=_word(body, "seen", _MOST_ID),
        because=_text(body, "because", _MOST_REASON),
        content=_sound(content),
    )


def _word(body: Mapping[str, Any], name: str, most: int) -> str:
    found = _text(body, name, most)
    if not found:
        raise UsageError(f"{name}: is needed")
    return found


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    found = body.get(name, "")
    if not isinstance(found, str) or len(found) > most:
        raise UsageError(f"{name}: a text of at most {most:,} characters")
    return sound(found)


def _sound(value: Any) -> Any:
    """The same with texts that can be written down."""
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, dict):
        return {sound(name): _sound(one) for name, one in value.items()}
    return value
